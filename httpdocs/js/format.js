// Numbers as people read them.

const scale = (n, base, units) => {
  let i = 0;
  let v = Math.abs(n);
  while (v >= base && i < units.length - 1) { v /= base; i++; }
  const digits = i === 0 || v >= 100 ? 0 : v >= 10 ? 1 : 2;
  return `${n < 0 ? "-" : ""}${v.toFixed(i === 0 && !Number.isInteger(v) && v < 10 ? 1 : digits)} ${units[i]}`;
};

// bytes in decimal units, as links and disks are sold.
export const bytes = (n) => scale(n || 0, 1000, ["B", "kB", "MB", "GB", "TB", "PB"]);

// bits takes bits per second.
export const bits = (n) => scale(n || 0, 1000, ["bit/s", "kbit/s", "Mbit/s", "Gbit/s", "Tbit/s"]);

export const number = (n) => Math.round(n || 0).toLocaleString("en-GB");

export const percent = (part, whole) => {
  if (!whole) return "0 %";
  const p = (part * 100) / whole;
  return p > 0 && p < 0.1 ? "< 0.1 %" : `${p.toFixed(p < 10 ? 1 : 0)} %`;
};

// duration takes seconds.
export function duration(s) {
  s = Math.max(0, Math.round(s || 0));
  const d = Math.floor(s / 86400), hh = Math.floor(s / 3600) % 24, m = Math.floor(s / 60) % 60;
  if (d > 0) return `${d} d ${hh} h`;
  if (hh > 0) return `${hh} h ${m} min`;
  if (m > 0) return `${m} min ${s % 60} s`;
  return `${s} s`;
}

// ms takes milliseconds.
export const ms = (n) => (n >= 1000 ? `${(n / 1000).toFixed(2)} s` : n >= 10 ? `${n.toFixed(1)} ms` : `${n.toFixed(2)} ms`);

const two = (n) => String(n).padStart(2, "0");

// date and time take Unix seconds and answer in the browser's time zone.
export function date(t) {
  const d = new Date(t * 1000);
  return `${d.getFullYear()}-${two(d.getMonth() + 1)}-${two(d.getDate())}`;
}

export function time(t) {
  const d = new Date(t * 1000);
  return `${two(d.getHours())}:${two(d.getMinutes())}:${two(d.getSeconds())}`;
}

export const dateTime = (t) => `${date(t)} ${time(t)}`;

// hostPort writes an endpoint, IPv6 addresses in brackets.
export const hostPort = (ip, port) => (port ? `${ip.includes(":") ? `[${ip}]` : ip}:${port}` : ip);

// tcpFlags spells out the flags that were seen, from FIN (bit 0) to CWR.
export const tcpFlags = (f) => ["FIN", "SYN", "RST", "PSH", "ACK", "URG", "ECE", "CWR"].filter((_, i) => f & (1 << i)).join(" ");
