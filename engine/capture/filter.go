package capture

import "ntopgo/engine/decode"

type Filter struct{}

func CompileFilter(expr string, link decode.LinkType, snapLen int) (*Filter, error) {
	return &Filter{}, nil
}
func (f *Filter) Match(frame []byte, wireLen int) bool { return true }
