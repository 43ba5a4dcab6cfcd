package senders

import (
	"context"
	"crypto/tls"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/sasl/plain"
	"github.com/twmb/franz-go/pkg/sasl/scram"
)

// Kafka keeps a client for the brokers that were last used. The zero value is
// ready.
type Kafka struct {
	mu     sync.Mutex
	info   string
	topic  string
	client *kgo.Client
}

// Send produces a message and waits until it is taken. info is
// "brokers;topic;options": brokers separated by commas, options "name=value"
// separated by commas, of librdkafka's names security.protocol, sasl.mechanism,
// sasl.username, sasl.password and compression.codec.
func (k *Kafka) Send(ctx context.Context, info, message string) error {
	client, topic, err := k.connect(info)
	if err != nil {
		return err
	}
	r := client.ProduceSync(ctx, &kgo.Record{Topic: topic, Value: []byte(message)})
	if err := r.FirstErr(); err != nil {
		return fmt.Errorf("kafka: %s: %w", topic, err)
	}
	return nil
}

func (k *Kafka) connect(info string) (*kgo.Client, string, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.client != nil && k.info == info {
		return k.client, k.topic, nil
	}
	opts, topic, err := kafkaOptions(info)
	if err != nil {
		return nil, "", err
	}
	client, err := kgo.NewClient(opts...)
	if err != nil {
		return nil, "", fmt.Errorf("kafka: %w", err)
	}
	if k.client != nil {
		k.client.Close()
	}
	k.client, k.info, k.topic = client, info, topic
	return client, topic, nil
}

// Close ends the client.
func (k *Kafka) Close() {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.client != nil {
		k.client.Close()
		k.client = nil
	}
}

var codecs = map[string]kgo.CompressionCodec{"none": kgo.NoCompression(), "gzip": kgo.GzipCompression(),
	"snappy": kgo.SnappyCompression(), "lz4": kgo.Lz4Compression(), "zstd": kgo.ZstdCompression()}

func kafkaOptions(info string) ([]kgo.Opt, string, error) {
	fields := strings.SplitN(info, ";", 3)
	if len(fields) < 2 || fields[0] == "" || fields[1] == "" {
		return nil, "", fmt.Errorf("kafka: %q is not brokers;topic;options", info)
	}
	opts := []kgo.Opt{kgo.SeedBrokers(strings.Split(fields[0], ",")...), kgo.ClientID("ntopng"),
		kgo.RecordDeliveryTimeout(10 * time.Second), kgo.AllowAutoTopicCreation()}
	set := map[string]string{}
	if len(fields) == 3 {
		for _, o := range strings.Split(fields[2], ",") {
			name, value, _ := strings.Cut(o, "=")
			if name = strings.TrimSpace(name); name != "" {
				set[name] = strings.TrimSpace(value)
			}
		}
	}
	protocol := strings.ToLower(set["security.protocol"])
	if protocol == "ssl" || protocol == "sasl_ssl" {
		opts = append(opts, kgo.DialTLSConfig(&tls.Config{MinVersion: tls.VersionTLS12}))
	}
	if strings.HasPrefix(protocol, "sasl_") {
		switch user, password := set["sasl.username"], set["sasl.password"]; strings.ToUpper(set["sasl.mechanism"]) {
		case "", "PLAIN":
			opts = append(opts, kgo.SASL(plain.Auth{User: user, Pass: password}.AsMechanism()))
		case "SCRAM-SHA-256":
			opts = append(opts, kgo.SASL(scram.Auth{User: user, Pass: password}.AsSha256Mechanism()))
		case "SCRAM-SHA-512":
			opts = append(opts, kgo.SASL(scram.Auth{User: user, Pass: password}.AsSha512Mechanism()))
		default:
			return nil, "", fmt.Errorf("kafka: no mechanism %q", set["sasl.mechanism"])
		}
	}
	if name := set["compression.codec"]; name != "" {
		codec, ok := codecs[name]
		if !ok {
			return nil, "", fmt.Errorf("kafka: no compression %q", name)
		}
		opts = append(opts, kgo.ProducerBatchCompression(codec))
	}
	return opts, fields[1], nil
}
