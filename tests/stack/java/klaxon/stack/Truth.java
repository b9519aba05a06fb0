package klaxon.stack;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.function.Supplier;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.GroupListing;
import org.apache.kafka.clients.admin.ListConsumerGroupOffsetsSpec;
import org.apache.kafka.clients.admin.ListOffsetsResult;
import org.apache.kafka.clients.admin.ListTopicsOptions;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.GroupType;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionInfo;

/**
 * What Kafka's own admin client says about a cluster, as one JSON object on standard output. One process for everything,
 * because a Java start costs more than the questions.
 *
 * <p>Options: {@code --bootstrap HOST:PORT,...}. What could not be read is null, never a number.
 */
public final class Truth {
  private final Admin admin;

  private Truth(Admin admin) {
    this.admin = admin;
  }

  public static void main(String[] args) throws Exception {
    try (Admin admin = Admin.create(new Arguments(args).client())) {
      System.out.println(new ObjectMapper().writeValueAsString(new Truth(admin).read()));
    }
  }

  private Map<String, Object> read() throws Exception {
    Map<String, Object> result = new LinkedHashMap<>();
    result.put("time_ms", System.currentTimeMillis());
    result.put("cluster_id", admin.describeCluster().clusterId().get());
    result.put("brokers", brokers());
    // Commits before ends, so that a lag computed from them cannot come out negative while a cluster is in use.
    result.put("groups", groups());
    result.put("partitions", partitions());
    return result;
  }

  private List<Object> brokers() throws Exception {
    List<Object> result = new ArrayList<>();
    for (Node node : admin.describeCluster().nodes().get()) {
      result.add(Map.of("id", node.id(), "address", node.host() + ":" + node.port()));
    }
    return result;
  }

  private List<Object> partitions() throws Exception {
    Collection<String> names = admin.listTopics(new ListTopicsOptions().listInternal(true)).names().get();
    Map<String, TopicDescription> topics = new TreeMap<>(admin.describeTopics(names).allTopicNames().get());
    List<TopicPartition> led = new ArrayList<>();
    for (TopicDescription topic : topics.values()) {
      for (TopicPartitionInfo info : topic.partitions()) {
        if (info.leader() != null) led.add(new TopicPartition(topic.name(), info.partition()));
      }
    }
    Map<TopicPartition, Long> earliest = offsets(led, OffsetSpec::earliest);
    Map<TopicPartition, Long> latest = offsets(led, OffsetSpec::latest);
    List<Object> result = new ArrayList<>();
    for (TopicDescription topic : topics.values()) {
      for (TopicPartitionInfo info : topic.partitions()) {
        TopicPartition partition = new TopicPartition(topic.name(), info.partition());
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("topic", topic.name());
        row.put("partition", info.partition());
        row.put("leader", info.leader() == null ? null : info.leader().id());
        row.put("replicas", info.replicas().stream().map(Node::id).toList());
        row.put("isr", info.isr().stream().map(Node::id).toList());
        row.put("earliest", earliest.get(partition));
        row.put("latest", latest.get(partition));
        result.add(row);
      }
    }
    return result;
  }

  /** Partitions whose leader did not answer are left out. */
  private Map<TopicPartition, Long> offsets(List<TopicPartition> partitions, Supplier<OffsetSpec> spec) throws Exception {
    Map<TopicPartition, OffsetSpec> request = new HashMap<>();
    for (TopicPartition partition : partitions) request.put(partition, spec.get());
    ListOffsetsResult answer = admin.listOffsets(request);
    Map<TopicPartition, Long> result = new HashMap<>();
    for (TopicPartition partition : partitions) {
      try {
        result.put(partition, answer.partitionResult(partition).get().offset());
      } catch (ExecutionException e) {
        System.err.println("no offset of " + partition + ": " + e.getCause());
      }
    }
    return result;
  }

  private List<Object> groups() throws Exception {
    Map<String, GroupListing> listings = new TreeMap<>();
    for (GroupListing listing : admin.listGroups().all().get()) listings.put(listing.groupId(), listing);
    Map<String, Integer> members = memberCounts(listings.values());
    Map<String, Map<TopicPartition, OffsetAndMetadata>> committed = committed(listings.values());
    List<Object> result = new ArrayList<>();
    for (GroupListing listing : listings.values()) {
      Map<String, Object> row = new LinkedHashMap<>();
      row.put("group", listing.groupId());
      row.put("type", listing.type().map(GroupType::toString).orElse("Unknown"));
      row.put("protocol_type", listing.protocol());
      row.put("state", listing.groupState().map(Object::toString).orElse("Unknown"));
      row.put("members", members.get(listing.groupId()));
      row.put("offsets", offsetRows(committed.getOrDefault(listing.groupId(), Map.of())));
      result.add(row);
    }
    return result;
  }

  private static List<Object> offsetRows(Map<TopicPartition, OffsetAndMetadata> committed) {
    List<Object> result = new ArrayList<>();
    committed.forEach(
        (partition, offset) -> {
          if (offset != null) {
            result.add(Map.of("topic", partition.topic(), "partition", partition.partition(), "offset", offset.offset()));
          }
        });
    return result;
  }

  private static boolean isType(GroupListing listing, GroupType type) {
    return listing.type().map(type::equals).orElse(type == GroupType.CLASSIC);
  }

  private Map<String, Integer> memberCounts(Collection<GroupListing> listings) throws Exception {
    List<String> classic = new ArrayList<>();
    List<String> consumer = new ArrayList<>();
    for (GroupListing listing : listings) {
      if (isType(listing, GroupType.CLASSIC)) classic.add(listing.groupId());
      if (isType(listing, GroupType.CONSUMER)) consumer.add(listing.groupId());
    }
    Map<String, Integer> result = new HashMap<>();
    admin.describeClassicGroups(classic).all().get().forEach((id, group) -> result.put(id, group.members().size()));
    admin.describeConsumerGroups(consumer).all().get().forEach((id, group) -> result.put(id, group.members().size()));
    return result;
  }

  private Map<String, Map<TopicPartition, OffsetAndMetadata>> committed(Collection<GroupListing> listings) throws Exception {
    Map<String, ListConsumerGroupOffsetsSpec> request = new HashMap<>();
    for (GroupListing listing : listings) {
      if (isType(listing, GroupType.CLASSIC) || isType(listing, GroupType.CONSUMER)) {
        request.put(listing.groupId(), new ListConsumerGroupOffsetsSpec());
      }
    }
    return request.isEmpty() ? Map.of() : admin.listConsumerGroupOffsets(request).all().get();
  }
}
