package bindings

import (
	"fmt"
	"strconv"

	"ntopgo/compat/lua"
	"ntopgo/engine/dpi"
	"ntopgo/engine/flow"
)

// Groups "nDPI / Protocol Classification", "nDPI Protocol & Category" and
// "Flow / Host Checks & Risks / Risk API".
func init() {
	register("ntop", map[string]func(c *Call){
		"getRiskStr":           getRiskStr,
		"getRiskList":          getRiskList,
		"getnDPIProtoCategory": getProtoCategory,
	})
	register("interface", map[string]func(c *Call){
		"getnDPIProtoName":     func(c *Call) { c.Push(c.Env.DPI.Protocol(protoID(c, 1)).Name) },
		"getnDPIFullProtoName": getFullProtoName,
		"getnDPIProtoId":       getProtoID,
		"getnDPICategoryId":    getCategoryID,
		"getnDPICategoryName":  getCategoryName,
		"getnDPIProtoBreed": func(c *Call) {
			c.Push(c.Env.DPI.BreedName(c.Env.DPI.Protocol(protoID(c, 1)).Breed))
		},
		"getnDPIProtocols":  getProtocols,
		"getnDPICategories": getCategories,
		"getnDPIFlowsCount": getProtocolFlows,
	})
}

// protoID is argument i as a protocol id; what is no id is 0, unknown.
func protoID(c *Call, i int) uint16 {
	n, ok := c.Int(i)
	if !ok || n < 0 || n > 0xffff {
		return 0
	}
	return uint16(n)
}

func getRiskStr(c *Call) { c.Push(c.Env.DPI.Risk(uint8(c.Integer(1))).Name) }

func getRiskList(c *Call) {
	t := lua.NewTable(0)
	for i := 0; i < c.Env.DPI.RiskCount(); i++ {
		t.Append(c.Env.DPI.Risk(uint8(i)).Name)
	}
	c.Push(t)
}

func getProtoCategory(c *Call) {
	cat := c.Env.DPI.Protocol(protoID(c, 1)).Category
	c.Push(lua.NewTable(2).Set("id", cat).Set("name", c.Env.DPI.CategoryName(cat)))
}

func getFullProtoName(c *Call) {
	c.Push(c.Env.DPI.Name(dpi.Result{Master: protoID(c, 1), App: protoID(c, 2)}))
}

func getProtoID(c *Call) {
	p, ok := c.Env.DPI.ProtocolByName(c.String(1))
	if !ok {
		c.Push(-1)
		return
	}
	c.Push(p.ID)
}

// getCategoryName names a category as nDPI does, those that there are none of
// too.
func getCategoryName(c *Call) {
	id := c.Integer(1)
	all := c.Env.DPI.Categories()
	if id < 0 || id > int64(all[len(all)-1].ID) {
		c.Push(fmt.Sprintf("Invalid category %d", int32(id)))
		return
	}
	c.Push(c.Env.DPI.CategoryName(uint8(id)))
}

func getCategoryID(c *Call) {
	name := c.String(1)
	for _, cat := range c.Env.DPI.Categories() {
		if cat.Name == name {
			c.Push(cat.ID)
			return
		}
	}
	c.Push(-1)
}

// getProtocols maps names to ids as text, of one category if it is given.
func getProtocols(c *Call) {
	want := c.OptInteger(1, -1)
	t := lua.NewTable(512)
	for _, p := range c.Env.DPI.Protocols() {
		if p.Name != "" && (want < 0 || int64(p.Category) == want) {
			t.Set(p.Name, strconv.Itoa(int(p.ID)))
		}
	}
	c.Push(t)
}

func getCategories(c *Call) {
	t := lua.NewTable(128)
	for _, cat := range c.Env.DPI.Categories() {
		t.Set(cat.Name, strconv.Itoa(int(cat.ID)))
	}
	c.Push(t)
}

// getProtocolFlows counts the active flows by protocol.
func getProtocolFlows(c *Call) {
	t := lua.NewTable(32)
	if c.Iface != nil {
		n := map[uint16]int{}
		c.Iface.EachFlow(func(f *flow.Flow) { n[application(f)]++ })
		for id, count := range n {
			t.Set(c.Env.DPI.Protocol(id).Name, count)
		}
	}
	c.Push(t)
}

// application is the protocol under which a flow is counted.
func application(f *flow.Flow) uint16 {
	if f.Result.App != 0 {
		return f.Result.App
	}
	return f.Result.Master
}
