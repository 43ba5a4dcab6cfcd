package capture

import (
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"sync/atomic"
	"unsafe"

	"golang.org/x/net/bpf"
	"golang.org/x/sys/unix"

	"ntopgo/engine/decode"
)

const (
	ringBlock   = 1 << 18 // bytes; holds the largest frame
	ringFrame   = 2048    // bytes; only a unit of account in TPACKET_V3
	ringRetire  = 20      // milliseconds until a partly filled block is handed over
	sllHeader   = 16
	anyName     = "any"
	arphrdEther = 1
	arphrdLoop  = 772
	arphrdNone  = 65534 // tun, WireGuard
	arphrdRaw   = 519   // raw IP
	arphrdRadio = 803   // 802.11 with radiotap
	arphrdWiFi  = 801   // 802.11
)

// ring is a TPACKET_V3 receive ring of one interface.
type ring struct {
	name   string
	cfg    *Config
	index  int // 0 for "any"
	loop   int // index of the loopback interface
	fd     int
	mem    []byte
	link   decode.LinkType
	cooked bool // frames come without link header and get a Linux cooked one
	filter *Filter

	block int    // block that is read next
	next  uint32 // offset of the next frame in it, 0 before its first
	left  uint32 // frames left in it
	down  bool   // said that it is down
}

// openRing opens an interface for capture.
func openRing(name string, cfg *Config) (*ring, error) {
	r := &ring{name: name, cfg: cfg, fd: -1}
	if lo, err := net.InterfaceByName("lo"); err == nil {
		r.loop = lo.Index
	}
	if groups := cfg.groups; groups != nil && groups[name] == nil {
		groups[name] = &fanout{}
	}
	if err := r.open(); err != nil {
		r.close()
		switch {
		case errors.Is(err, unix.EPERM) || errors.Is(err, unix.EACCES):
			return nil, fmt.Errorf("open interface %s: no permission to capture (root or CAP_NET_RAW is needed): %w", name, err)
		case errors.Is(err, unix.ENODEV):
			return nil, fmt.Errorf("open %s: no such network interface or capture file", name)
		}
		return nil, fmt.Errorf("open interface %s: %w", name, err)
	}
	return r, nil
}

// open makes the socket and its ring; nothing is received before bind, so the
// filter sees every frame.
func (r *ring) open() error {
	index, hw, err := lookup(r.name)
	if err != nil {
		return err
	}
	r.index = index
	r.link, r.cooked = linkOf(r.name, hw)
	kind := unix.SOCK_RAW
	if r.cooked {
		kind = unix.SOCK_DGRAM
	}
	if r.fd, err = unix.Socket(unix.AF_PACKET, kind|unix.SOCK_CLOEXEC, 0); err != nil {
		return fmt.Errorf("packet socket: %w", err)
	}
	if err := r.attachFilter(); err != nil {
		return err
	}
	if err := r.mapRing(); err != nil {
		return err
	}
	if !r.cfg.NoPromiscuous && r.index != 0 && r.index != r.loop {
		mreq := unix.PacketMreq{Ifindex: int32(r.index), Type: unix.PACKET_MR_PROMISC}
		if err := unix.SetsockoptPacketMreq(r.fd, unix.SOL_PACKET, unix.PACKET_ADD_MEMBERSHIP, &mreq); err != nil {
			return fmt.Errorf("promiscuous mode: %w", err)
		}
	}
	sa := unix.SockaddrLinklayer{Protocol: htons(unix.ETH_P_ALL), Ifindex: r.index}
	if err := unix.Bind(r.fd, &sa); err != nil {
		return fmt.Errorf("bind: %w", err)
	}
	if groups := r.cfg.groups; groups != nil {
		return groups[r.name].join(r.fd)
	}
	return nil
}

// lookup returns index and hardware type of an interface, which may be given by
// an alternative name.
func lookup(name string) (index int, hw uint16, err error) {
	if name == anyName {
		return 0, 0, nil
	}
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return 0, 0, fmt.Errorf("socket: %w", err)
	}
	defer unix.Close(fd)
	nic, err := net.InterfaceByName(name)
	if err != nil {
		if nic, err = byAltName(name); err != nil {
			return 0, 0, err
		}
	}
	ifr, err := unix.NewIfreq(nic.Name)
	if err != nil {
		return 0, 0, unix.ENODEV
	}
	if err := unix.IoctlIfreq(fd, unix.SIOCGIFHWADDR, ifr); err != nil {
		return 0, 0, err
	}
	return nic.Index, ifr.Uint16(), nil
}

// linkOf chooses the link type by ARP hardware type. What has no link header we
// read comes cooked.
func linkOf(name string, hw uint16) (link decode.LinkType, cooked bool) {
	if name == anyName {
		return decode.LinkLinuxSLL, true
	}
	switch hw {
	case arphrdEther, arphrdLoop:
		return decode.LinkEthernet, false
	case arphrdNone, arphrdRaw:
		return decode.LinkRaw, false
	case arphrdWiFi:
		return decode.LinkWiFi, false
	case arphrdRadio:
		return decode.LinkRadiotap, false
	}
	return decode.LinkLinuxSLL, true
}

// attachFilter compiles the expression. The kernel runs it where it sees the
// frame as the expression means it; cooked frames and expressions about VLAN
// tags, which the card has stripped, are filtered here instead.
func (r *ring) attachFilter() error {
	prog := []bpf.Instruction{bpf.RetConstant{Val: uint32(r.cfg.SnapLen)}}
	if r.cfg.Filter != "" {
		f, err := CompileFilter(r.cfg.Filter, r.link, r.cfg.SnapLen)
		if err != nil {
			return err
		}
		if r.cooked || f.usesVLAN {
			r.filter = f
		} else {
			prog = f.Instructions()
		}
	}
	raw, err := bpf.Assemble(prog)
	if err != nil {
		return fmt.Errorf("filter %q: %w", r.cfg.Filter, err)
	}
	code := make([]unix.SockFilter, len(raw))
	for i, in := range raw {
		code[i] = unix.SockFilter{Code: in.Op, Jt: in.Jt, Jf: in.Jf, K: in.K}
	}
	fprog := unix.SockFprog{Len: uint16(len(code)), Filter: &code[0]}
	if err := unix.SetsockoptSockFprog(r.fd, unix.SOL_SOCKET, unix.SO_ATTACH_FILTER, &fprog); err != nil {
		return fmt.Errorf("attach filter %q: %w", r.cfg.Filter, err)
	}
	return nil
}

func (r *ring) mapRing() error {
	if err := unix.SetsockoptInt(r.fd, unix.SOL_PACKET, unix.PACKET_VERSION, unix.TPACKET_V3); err != nil {
		return fmt.Errorf("ring version: %w", err)
	}
	// Room for the cooked header in front of the frame.
	if err := unix.SetsockoptInt(r.fd, unix.SOL_PACKET, unix.PACKET_RESERVE, sllHeader); err != nil {
		return fmt.Errorf("ring headroom: %w", err)
	}
	blocks := max(2, r.cfg.RingBytes/ringBlock)
	req := unix.TpacketReq3{
		Block_size: ringBlock, Block_nr: uint32(blocks),
		Frame_size: ringFrame, Frame_nr: uint32(blocks * (ringBlock / ringFrame)),
		Retire_blk_tov: ringRetire,
	}
	if err := unix.SetsockoptTpacketReq3(r.fd, unix.SOL_PACKET, unix.PACKET_RX_RING, &req); err != nil {
		return fmt.Errorf("receive ring of %d bytes: %w", blocks*ringBlock, err)
	}
	mem, err := unix.Mmap(r.fd, 0, blocks*ringBlock, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED)
	if err != nil {
		return fmt.Errorf("map receive ring: %w", err)
	}
	r.mem, r.block, r.next, r.left = mem, 0, 0, 0
	return nil
}

func (r *ring) close() error {
	var err error
	if r.mem != nil {
		err = unix.Munmap(r.mem)
		r.mem = nil
	}
	if r.fd >= 0 {
		err = errors.Join(err, unix.Close(r.fd))
		r.fd = -1
	}
	return err
}

// takeDrops returns what the kernel dropped since the last call.
func (r *ring) takeDrops() uint64 {
	if r.fd < 0 {
		return 0
	}
	st, err := unix.GetsockoptTpacketStatsV3(r.fd, unix.SOL_PACKET, unix.PACKET_STATISTICS)
	if err != nil {
		return 0
	}
	return uint64(st.Drops)
}

// noteError clears the socket's error and says once that the interface is down.
func (r *ring) noteError() {
	code, err := unix.GetsockoptInt(r.fd, unix.SOL_SOCKET, unix.SO_ERROR)
	if err == nil && code != 0 && !r.down {
		r.down = true
		r.cfg.Logf("interface %s: %v; waiting for it to come back", r.name, unix.Errno(code))
	}
}

// check opens the interface again when the one that was opened is gone and
// another has its name.
func (r *ring) check() {
	if r.name == anyName {
		return
	}
	index, _, err := lookup(r.name)
	if err != nil {
		if !r.down {
			r.down = true
			r.cfg.Logf("interface %s disappeared; waiting for it to come back", r.name)
		}
		return
	}
	if index == r.index && r.fd >= 0 {
		return
	}
	r.close()
	if err := r.open(); err != nil {
		r.close()
		r.cfg.Logf("interface %s: %v", r.name, err)
		return
	}
	r.down = false
	r.cfg.Logf("interface %s is back", r.name)
}

// drain copies frames into the batch until the ring is empty or the batch full.
func (r *ring) drain(b *Batch, limit int) {
	blocks := len(r.mem) / ringBlock
	for blocks > 0 && len(b.Frames) < limit {
		block := r.mem[r.block*ringBlock:][:ringBlock]
		head := (*unix.TpacketHdrV1)(unsafe.Pointer(&block[8])) // after version and private offset
		if r.next == 0 {
			if atomic.LoadUint32(&head.Block_status)&unix.TP_STATUS_USER == 0 {
				return
			}
			r.next, r.left = head.Offset_to_first_pkt, head.Num_pkts
		}
		for r.left > 0 && len(b.Frames) < limit {
			step := r.frame(b, block[r.next:])
			r.left--
			r.next += step
			if step == 0 {
				r.left = 0
			}
		}
		if r.left > 0 {
			return
		}
		r.next = 0
		atomic.StoreUint32(&head.Block_status, unix.TP_STATUS_KERNEL)
		r.block = (r.block + 1) % blocks
		if r.down {
			r.down = false
			r.cfg.Logf("interface %s is back", r.name)
		}
	}
}

// frame hands over the frame that starts at rec and returns the distance to the
// next one.
func (r *ring) frame(b *Batch, rec []byte) uint32 {
	h := (*unix.Tpacket3Hdr)(unsafe.Pointer(&rec[0]))
	sll := (*unix.RawSockaddrLinklayer)(unsafe.Pointer(&rec[unix.SizeofTpacket3Hdr]))
	outgoing := sll.Pkttype == unix.PACKET_OUTGOING
	// On loopback every packet passes twice; as in libpcap the sent copy goes.
	if outgoing && (int(sll.Ifindex) == r.loop || r.cfg.Direction == Received) || !outgoing && r.cfg.Direction == Sent && int(sll.Ifindex) != r.loop {
		return h.Next_offset
	}
	off, n, wire := int(h.Mac), int(h.Snaplen), int(h.Len)
	f := Frame{Time: int64(h.Sec)*1e9 + int64(h.Nsec), Link: r.link, Outgoing: outgoing}
	if h.Status&unix.TP_STATUS_VLAN_VALID != 0 {
		f.VLAN = uint16(h.Hv1.Vlan_tci) & 0x0fff
	}
	if r.cooked {
		off, n, wire = off-sllHeader, n+sllHeader, wire+sllHeader
		cook(rec[off:off+sllHeader], sll)
	}
	data := rec[off : off+n]
	if r.filter != nil && !r.filter.Match(withTag(data, &h.Hv1, r.link, h.Status), wire) {
		return h.Next_offset
	}
	if cap(b.Arena)-len(b.Arena) < n {
		b.Arena = make([]byte, 0, max(2*cap(b.Arena), n, 1<<16))
	}
	at := len(b.Arena)
	b.Arena = append(b.Arena, data...)
	f.Data, f.WireLen = b.Arena[at:len(b.Arena):len(b.Arena)], max(wire, n)
	b.Frames = append(b.Frames, f)
	return h.Next_offset
}

// cook writes a LINKTYPE_LINUX_SLL header.
func cook(b []byte, sll *unix.RawSockaddrLinklayer) {
	binary.BigEndian.PutUint16(b, uint16(sll.Pkttype))
	binary.BigEndian.PutUint16(b[2:], sll.Hatype)
	binary.BigEndian.PutUint16(b[4:], uint16(sll.Halen))
	copy(b[6:14], sll.Addr[:])
	binary.NativeEndian.PutUint16(b[14:], sll.Protocol) // already in network order
}

// withTag puts a stripped VLAN tag back for a filter that asks for it.
func withTag(data []byte, v *unix.TpacketHdrVariant1, link decode.LinkType, status uint32) []byte {
	if status&unix.TP_STATUS_VLAN_VALID == 0 || link != decode.LinkEthernet || len(data) < 12 {
		return data
	}
	tpid := v.Vlan_tpid
	if tpid == 0 {
		tpid = decode.EtherVLAN
	}
	out := make([]byte, 0, len(data)+4)
	out = append(out, data[:12]...)
	out = binary.BigEndian.AppendUint16(out, tpid)
	out = binary.BigEndian.AppendUint16(out, uint16(v.Vlan_tci))
	return append(out, data[12:]...)
}

// htons swaps a protocol number into network order.
func htons(v uint16) uint16 {
	var b [2]byte
	binary.BigEndian.PutUint16(b[:], v)
	return binary.NativeEndian.Uint16(b[:])
}
