"""Writes records with Confluent's own serializers, and by hand in every broken way. Prints what it wrote as one JSON object.

write_records.py BOOTSTRAP REGISTRY_URL GOOD_COUNT

Topics must be there: good-{avro,json,protobuf,headers} with partitions, and `broken` with one. What is broken is described in
SchemaId.java of Confluent's registry; `expected` holds the verdict of each such record, by its offset.
"""

import io
import json
import struct
import sys
import uuid

import fastavro
from confluent_kafka import Producer
from confluent_kafka.schema_registry import SchemaRegistryClient, header_schema_id_serializer
from confluent_kafka.schema_registry.avro import AvroSerializer
from confluent_kafka.schema_registry.json_schema import JSONSerializer
from confluent_kafka.schema_registry.protobuf import ProtobufSerializer
from confluent_kafka.serialization import MessageField, SerializationContext
from google.protobuf import struct_pb2, wrappers_pb2

ORDER = {"type": "record", "name": "Order", "fields": [{"name": "id", "type": "string"}, {"name": "amount", "type": "double"}]}
JSON_SCHEMA = {"$schema": "http://json-schema.org/draft-07/schema#", "title": "Order", "type": "object", "properties": {"id": {"type": "string"}}}


def order(number):
    return {"id": f"order-{number}", "amount": number * 1.5}


def good_writers(registry):
    """(topic, function from a number to the bytes of a value and its headers), one for each kind of serializer."""
    avro = AvroSerializer(registry, json.dumps(ORDER))
    in_header = AvroSerializer(registry, json.dumps(ORDER), conf={"schema.id.serializer": header_schema_id_serializer})
    as_json = JSONSerializer(json.dumps(JSON_SCHEMA), registry)
    # StringValue is the eighth message of its file: its index is written out. Struct is the first: [0], written as 0.
    text = ProtobufSerializer(wrappers_pb2.StringValue, registry, {"use.deprecated.format": False})
    first = ProtobufSerializer(struct_pb2.Struct, registry, {"use.deprecated.format": False})

    def value(topic, serializer, make):
        def write(number):
            headers = []
            context = SerializationContext(topic, MessageField.VALUE, headers)
            return serializer(make(number), context), headers
        return topic, write

    return [
        value("good-avro", avro, order),
        value("good-json", as_json, lambda number: {"id": f"order-{number}"}),
        value("good-protobuf", text, lambda number: wrappers_pb2.StringValue(value=f"order-{number}")),
        value("good-struct", first, lambda _: struct_pb2.Struct()),
        value("good-headers", in_header, order),
    ]


def write_good(producer, registry, count):
    writers = good_writers(registry)
    for number in range(count):
        topic, write = writers[number % len(writers)]
        value, headers = write(number)
        producer.produce(topic, key=f"order-{number}", value=value, headers=headers)
        producer.poll(0)


def avro_file():
    out = io.BytesIO()
    fastavro.writer(out, fastavro.parse_schema(ORDER), [order(1)])
    return out.getvalue()


def payload():
    out = io.BytesIO()
    fastavro.schemaless_writer(out, fastavro.parse_schema(ORDER), order(1))
    return out.getvalue()


def broken_records(ids):
    """(verdict, value, headers): `ids` names ids that are live, soft-deleted, deleted for good, and of Protobuf."""
    live, body, v0 = ids["live"], payload(), b"\x00"
    big = struct.pack(">I", live)
    return [
        ("known_id", v0 + big + body, []),
        ("little_endian", v0 + struct.pack("<I", live) + body, []),
        ("eight_byte_id", v0 + struct.pack(">Q", live) + body, []),
        ("missing_byte", big + body, []),
        ("extra_byte", v0 + b"\x00" + big + body, []),
        ("soft_deleted_id", v0 + struct.pack(">I", ids["soft"]) + body, []),
        ("deleted_id", v0 + struct.pack(">I", ids["hard"]) + body, []),
        ("other_registry", v0 + struct.pack(">I", 1_000_003) + body, []),
        ("no_indexes", v0 + struct.pack(">I", ids["protobuf"]) + b"\x0b\x01", []),
        ("json", json.dumps(order(1)).encode(), []),
        ("avro_file", avro_file(), []),
        ("glue", b"\x03\x00" + uuid.uuid4().bytes + body, []),
        ("text", b"order-1", []),
        ("number", struct.pack(">i", 17), []),
        ("number", struct.pack(">q", 17), []),
        ("too_short", v0 + b"\x00\x01", []),
        ("null", None, []),
        ("unknown_magic", b"\x7f\x00\x00\x00\x17" + body, []),
        ("known_id", body, [("__value_schema_id", v0 + big)]),
        ("little_endian", body, [("__value_schema_id", v0 + struct.pack("<I", live))]),
        ("bad_header", body, [("__value_schema_id", str(live).encode())]),
        ("apicurio_header", body, [("apicurio.value.contentId", struct.pack(">q", live))]),
    ]


def main(bootstrap, url, count):
    registry = SchemaRegistryClient({"url": url})
    producer = Producer({"bootstrap.servers": bootstrap, "linger.ms": 5, "acks": "all"})
    write_good(producer, registry, int(count))
    ids = json.loads(sys.stdin.readline())
    expected = []
    for verdict, value, headers in broken_records(ids):
        producer.produce("broken", key=b"k", value=value, headers=headers, partition=0)
        expected.append(verdict)
    if producer.flush(60) != 0:
        sys.exit("not everything was written within 60 s")
    print(json.dumps({"expected": expected}))


main(*sys.argv[1:])
