package dpi

// KakaoTalk calls: RTCP to the addresses of its relays (1.201.0.0/16, APNIC:
// KINXINC-KR); as nDPI 4.11 looks for it.

func init() {
	signature(Dissector{ID: idKakaotalkVoice, Name: "KakaoTalk_Voice", L4: UDP, Min: 4, Priority: -5}, func(c *Context, b []byte) bool {
		return (kakaoNetworks.around(c.T.Client) || kakaoNetworks.around(c.T.Server)) && (b[0] == 0x81 || b[1] == 0xc8 || b[2] == 0 || b[3] == 12)
	})
}

var kakaoNetworks = prefixes("1.201.0.0/16")
