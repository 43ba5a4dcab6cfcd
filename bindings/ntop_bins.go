package bindings

import (
	"ntopgo/compat/lua"
)

// Similarity of rows of numbers, for one run of a script.
func init() {
	register("ntop", map[string]func(c *Call){"addBin": addBin, "findSimilarities": findSimilarities})
}

// addBin takes the name of a row and its next value with a weight, 1 without, or
// a table of values; true when it was taken.
func addBin(c *Call) {
	if c.Kind(1) != lua.String {
		c.wrongArgument(1, "string")
		c.Push(nil)
		return
	}
	name := c.String(1)
	if t := c.Table(2); t != nil {
		ok := t.Len() > 0
		for i := 1; i <= t.Len(); i++ {
			v, isNumber := number(t.At(i))
			ok = ok && isNumber && c.bins.Add(name, v)
		}
		c.Push(ok)
		return
	}
	v, isNumber := c.Num(2)
	weight, weighted := c.Num(3)
	if !weighted {
		weight = 1
	}
	if !isNumber {
		c.wrongArgument(2, "number")
		c.Push(nil)
		return
	}
	c.Push(c.bins.Add(name, v*weight))
}

// findSimilarities lists the other rows as {name, distance}, the most similar
// first; nil where there is no row of the name.
func findSimilarities(c *Call) {
	if c.Kind(1) != lua.String {
		c.wrongArgument(1, "string")
		c.Push(nil)
		return
	}
	near, ok := c.bins.Near(c.String(1))
	if !ok {
		c.Push(nil)
		return
	}
	list := lua.NewTable(len(near))
	for _, d := range near {
		list.Append(lua.NewTable(2).Set("name", d.Name).Set("distance", d.Value))
	}
	c.Push(list)
}
