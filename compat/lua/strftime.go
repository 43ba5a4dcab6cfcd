package lua

import (
	"bytes"
	"fmt"
	"time"
)

// layouts gives the conversions of strftime (C locale) that are a Go layout.
var layouts = map[byte]string{
	'a': "Mon", 'A': "Monday", 'b': "Jan", 'h': "Jan", 'B': "January", 'd': "02", 'D': "01/02/06",
	'F': "2006-01-02", 'H': "15", 'I': "03", 'm': "01", 'M': "04", 'p': "PM", 'r': "03:04:05 PM",
	'R': "15:04", 'S': "05", 'T': "15:04:05", 'x': "01/02/06", 'X': "15:04:05", 'y': "06", 'z': "-0700", 'Z': "MST",
}

// strftime appends one conversion; false means it is unknown.
func strftime(b *bytes.Buffer, c byte, t time.Time) bool {
	if f, ok := layouts[c]; ok {
		if c == 'Z' && t.Location() == time.UTC {
			b.WriteString("GMT")
			return true
		}
		b.WriteString(t.Format(f))
		return true
	}
	switch c {
	case '%':
		b.WriteByte('%')
	case 'n':
		b.WriteByte('\n')
	case 't':
		b.WriteByte('\t')
	case 'c':
		fmt.Fprintf(b, "%s %2d %s", t.Format("Mon Jan"), t.Day(), t.Format("15:04:05 2006"))
	case 'C':
		fmt.Fprintf(b, "%02d", t.Year()/100)
	case 'e':
		fmt.Fprintf(b, "%2d", t.Day())
	case 'Y':
		fmt.Fprintf(b, "%d", t.Year())
	case 'j':
		fmt.Fprintf(b, "%03d", t.YearDay())
	case 's':
		fmt.Fprintf(b, "%d", t.Unix())
	case 'u':
		fmt.Fprintf(b, "%d", (int(t.Weekday())+6)%7+1)
	case 'w':
		fmt.Fprintf(b, "%d", int(t.Weekday()))
	case 'G', 'g', 'V':
		y, w := t.ISOWeek()
		switch c {
		case 'G':
			fmt.Fprintf(b, "%d", y)
		case 'g':
			fmt.Fprintf(b, "%02d", y%100)
		default:
			fmt.Fprintf(b, "%02d", w)
		}
	case 'U':
		fmt.Fprintf(b, "%02d", (t.YearDay()+6-int(t.Weekday()))/7)
	case 'W':
		fmt.Fprintf(b, "%02d", (t.YearDay()+6-(int(t.Weekday())+6)%7)/7)
	default:
		return false
	}
	return true
}
