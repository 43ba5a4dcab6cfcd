package main

import (
	"fmt"
	"strconv"
	"strings"
)

// successor says where a protocol of 2024 went whose code is gone in 2026; an
// empty string is a protocol without successor.
var successor = map[string]string{
	"NDPI_PROTOCOL_SKYPE_TEAMS_CALL":    "NDPI_PROTOCOL_MSTEAMS_CALL",
	"NDPI_PROTOCOL_SKYPE_TEAMS":         "NDPI_PROTOCOL_MSTEAMS",
	"NDPI_PROTOCOL_HALFLIFE2":           "NDPI_PROTOCOL_SOURCE_ENGINE",
	"NDPI_PROTOCOL_GUILDWARS":           "NDPI_PROTOCOL_GUILDWARS2",
	"NDPI_PROTOCOL_MAPLESTORY":          "NDPI_PROTOCOL_NEXON",
	"NDPI_PROTOCOL_LOTUS_NOTES":         "NDPI_PROTOCOL_HCL_NOTES",
	"NDPI_PROTOCOL_UBUNTUONE":           "NDPI_PROTOCOL_CANONICAL",
	"NDPI_PROTOCOL_STARCRAFT":           "NDPI_PROTOCOL_BLIZZARD",
	"NDPI_PROTOCOL_ADS_ANALYTICS_TRACK": "",
	"NDPI_PROTOCOL_ADULT_CONTENT":       "",
	"NDPI_PROTOCOL_WARCRAFT3":           "NDPI_PROTOCOL_BLIZZARD",
	"NDPI_PROTOCOL_WORLD_OF_KUNG_FU":    "",
	"NDPI_PROTOCOL_VHUA":                "",
}

// later2026 builds the 2026 table: what kept its code keeps its facts, what is
// new takes them from new2026. It also returns the ids that moved.
func later2026(old []protocol, y ids2026) (out []protocol, remap [][2]int, err error) {
	byCode := map[string]protocol{}
	for _, p := range old {
		byCode[p.Code] = p
	}
	idOf := map[string]int{}
	out = make([]protocol, len(y.IDs))
	for key, code := range y.IDs {
		id, err := strconv.Atoi(key)
		if err != nil || id < 0 || id >= len(out) {
			return nil, nil, fmt.Errorf("2026 id %q out of range", key)
		}
		idOf[code] = id
		p, kept := byCode[code]
		if !kept {
			p = protocol{Name: titled(code), Category: 0, Breed: 1, NetworkProto: true, Code: code}
			if f, ok := new2026[code]; ok {
				p.Name, p.Category, p.Breed = f.name, f.category, f.breed
			}
		}
		p.ID = id
		out[id] = p
	}
	for _, p := range old {
		id, ok := idOf[p.Code]
		if !ok {
			next, known := successor[p.Code]
			if !known {
				return nil, nil, fmt.Errorf("%s is gone in 2026 and has no successor entry", p.Code)
			}
			id = idOf[next] // 0, unknown, for the empty string
		}
		if id != p.ID {
			remap = append(remap, [2]int{p.ID, id})
		}
	}
	return out, remap, nil
}

func titled(code string) string {
	var s []string
	for _, w := range strings.Split(strings.TrimPrefix(code, "NDPI_PROTOCOL_"), "_") {
		s = append(s, w[:1]+strings.ToLower(w[1:]))
	}
	return strings.Join(s, "_")
}

type facts struct {
	name            string
	category, breed int
}

// new2026 names the protocols that nDPI gained between October 2024 and 2026.
var new2026 = map[string]facts{}
