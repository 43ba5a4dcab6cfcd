package collect

import (
	"strings"
	"time"

	"ntopgo/engine/flow"
)

// setProcess takes over what an agent tells of the processes of the ends, in
// elements of their own.
func (r *record) setProcess(id uint32, v value) bool {
	o := &r.Origin
	switch id {
	case srcPID, srcProc, srcUID, srcUserName, srcParentPID, srcParent, srcParentPkg, srcParentUID, srcParentUser, srcMemory, srcPeak,
		srcPackage, srcCommand:
		setProcess(&o.Client, id, v)
	case dstPID, dstProc, dstUID, dstUserName, dstParentPID, dstParent, dstParentPkg, dstParentUID, dstParentUser, dstMemory, dstPeak,
		dstPackage, dstCommand:
		setProcess(&o.Server, id, v)
	case srcContainer:
		setContainer(&o.Client, v)
	case dstContainer:
		setContainer(&o.Server, v)
	default:
		return false
	}
	switch id {
	case srcProc, srcParent, dstProc, dstParent, srcContainer, dstContainer:
		r.agent = r.agent || v.text != ""
	}
	return true
}

func setProcess(a *flow.Agent, id uint32, v value) {
	if v.number() == 0 && v.text == "" { // nothing is known of that end
		return
	}
	if a.Process == nil {
		a.Process = &flow.Process{}
	}
	p := a.Process
	switch id {
	case srcPID, dstPID:
		p.PID = v.u32()
	case srcProc, dstProc:
		p.Name = v.text
	case srcUID, dstUID:
		p.UID = v.u32()
	case srcUserName, dstUserName:
		p.User = v.text
	case srcParentPID, dstParentPID:
		p.ParentPID = v.u32()
	case srcParent, dstParent:
		p.ParentName = v.text
	case srcParentPkg, dstParentPkg:
		p.ParentPackage = v.text
	case srcParentUID, dstParentUID:
		p.ParentUID = v.u32()
	case srcParentUser, dstParentUser:
		p.ParentUser = v.text
	case srcMemory, dstMemory:
		p.Memory = v.u32()
	case srcPeak, dstPeak:
		p.PeakMemory = v.u32()
	case srcPackage, dstPackage:
		p.Package = v.text
	case srcCommand, dstCommand:
		p.CommandLine = v.text
	}
}

func setContainer(a *flow.Agent, v value) {
	if v.text != "" {
		a.Container = &flow.Container{ID: v.text}
	}
}

// setAgent takes over a field of an agent that sends JSON objects: it is on the
// client, as far as it can tell. It says whether it knows the field.
func (r *record) setAgent(key string, x any) bool {
	v, _ := fromJSON(x)
	o, _ := x.(map[string]any)
	client := &r.Origin.Client
	if strings.HasPrefix(key, "SERVER_") { // only another ntopng knows both ends
		client = &r.Origin.Server
	}
	switch {
	case key == "CLIENT_TCP_INFO", key == "SERVER_TCP_INFO":
		r.Origin.HasTCPInfo = true
		client.TCP = flow.TCPInfo{RTT: member(o, "RTT").real(), RTTVariance: member(o, "RTT_VAR").real()}
	case key == "CLIENT_PROCESS", key == "SERVER_PROCESS":
		client.Process = processFrom(o)
	case strings.HasPrefix(key, "timestamp"):
		seconds, _, dotted := strings.Cut(v.text, ".")
		if !dotted {
			return false
		}
		r.First = textValue(seconds).number() * int64(time.Second)
		r.Last = r.First
	case strings.HasPrefix(key, "IPV4_LOCAL_ADDR"), strings.HasPrefix(key, "IPV6_LOCAL_ADDR"):
		setAddr(&r.Src, v)
	case strings.HasPrefix(key, "IPV4_REMOTE_ADDR"), strings.HasPrefix(key, "IPV6_REMOTE_ADDR"):
		setAddr(&r.Dst, v)
	case strings.HasPrefix(key, "L4_LOCAL_PORT"):
		r.SrcPort = v.u16()
	case strings.HasPrefix(key, "L4_REMOTE_PORT"):
		r.DstPort = v.u16()
	case key == "INTERFACE_NAME":
		r.Origin.Interface = v.text
	case strings.HasSuffix(key, "FATHER_PROCESS"):
		p := process(client)
		p.ParentPID, p.ParentUID, p.ParentGID = member(o, "PID").u32(), member(o, "UID").u32(), member(o, "GID").u32()
		p.ParentName, p.ParentUser = member(o, "PROCESS_PATH").text, member(o, "UID_NAME").text
	case strings.HasSuffix(key, "PROCESS"):
		p := process(client)
		p.PID, p.UID, p.GID = member(o, "PID").u32(), member(o, "UID").u32(), member(o, "GID").u32()
		p.Name, p.User = member(o, "PROCESS_PATH").text, member(o, "UID_NAME").text
		p.Memory, p.PeakMemory = member(o, "VM_SIZE").u32(), member(o, "VM_PEAK").u32()
	case strings.HasSuffix(key, "CONTAINER"):
		client.Container = containerOf(o)
	case key == "TCP":
		r.Origin.HasTCPInfo = true
		client.TCP = flow.TCPInfo{RTT: member(o, "RTT").real(), RTTVariance: member(o, "RTT_VARIANCE").real()}
		r.Up.Packets, r.Down.Packets = member(o, "SEGS_OUT").count(), member(o, "SEGS_IN").count()
		r.Up.Bytes, r.Down.Bytes = member(o, "BYTES_ACKED").count(), member(o, "BYTES_RCVD").count()
	case key == "TCP_EVENT_TYPE", key == "UDP_EVENT_TYPE":
	default:
		return false
	}
	r.agent = true
	return true
}

// processFrom reads a process as another ntopng exports it.
func processFrom(o map[string]any) *flow.Process {
	return &flow.Process{PID: member(o, "PID").u32(), UID: member(o, "UID").u32(), GID: member(o, "GID").u32(), Name: member(o, "NAME").text,
		Package: member(o, "PKG_NAME").text, CommandLine: member(o, "CMDLINE").text, User: member(o, "USER_NAME").text,
		Memory: member(o, "ACTUAL_MEMORY").u32(), PeakMemory: member(o, "PEAK_MEMORY").u32(), ParentPID: member(o, "FATHER_PID").u32(),
		ParentUID: member(o, "FATHER_UID").u32(), ParentGID: member(o, "FATHER_GID").u32(), ParentName: member(o, "FATHER_NAME").text,
		ParentPackage: member(o, "FATHER_PKG_NAME").text, ParentUser: member(o, "FATHER_USER_NAME").text}
}

func process(a *flow.Agent) *flow.Process {
	if a.Process == nil {
		a.Process = &flow.Process{}
	}
	return a.Process
}

// member is a value of a JSON object, the zero value when there is none.
func member(o map[string]any, key string) value {
	v, _ := fromJSON(o[key])
	return v
}

// containerOf reads what an agent says of a container; nil for nothing.
func containerOf(o map[string]any) *flow.Container {
	if o == nil {
		return nil
	}
	c := &flow.Container{ID: member(o, "ID").text}
	if name := member(o, "DOCKER_NAME").text; name != "" { // as another ntopng exports it
		c.Docker, c.Name = true, name
	}
	if pod := member(o, "K8S_POD").text; pod != "" {
		c.Kubernetes, c.Pod, c.Namespace, c.Name = true, pod, member(o, "K8S_NS").text, member(o, "K8S_NAME").text
	}
	if k, ok := o["K8S"].(map[string]any); ok {
		c.Kubernetes, c.Pod, c.Namespace, c.Name = true, member(k, "POD").text, member(k, "NS").text, member(k, "NAME").text
	} else if d, ok := o["DOCKER"].(map[string]any); ok {
		c.Docker, c.Name = true, member(d, "NAME").text
	}
	return c
}
