//go:build race

package iface

const raceEnabled = true
