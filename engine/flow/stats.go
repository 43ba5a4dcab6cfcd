package flow

import "math"

// LenAvg is the mean packet length of the direction in bytes.
func (d *Dir) LenAvg() float64 { return mean(float64(d.Bytes), d.Packets) }

// LenStddev is the standard deviation of the packet lengths.
func (d *Dir) LenStddev() float64 { return stddev(float64(d.Bytes), d.lenSum2, d.Packets) }

// IATAvg is the mean time between packets in nanoseconds.
func (d *Dir) IATAvg() float64 { return mean(d.iatSum, d.iatCount) }

// IATStddev is the standard deviation of the time between packets.
func (d *Dir) IATStddev() float64 { return stddev(d.iatSum, d.iatSum2, d.iatCount) }

// Window is the last receive window that the sender of this direction
// announced, unscaled.
func (d *Dir) Window() uint16 { return d.window }

func mean(sum float64, n uint64) float64 {
	if n == 0 {
		return 0
	}
	return sum / float64(n)
}

func stddev(sum, sum2 float64, n uint64) float64 {
	if n == 0 {
		return 0
	}
	m := sum / float64(n)
	return math.Sqrt(math.Max(0, sum2/float64(n)-m*m))
}
