package klaxon.stack;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.GroupState;
import org.apache.kafka.common.TopicPartition;

/** The groups of a load: live ones, ones that only left offsets, and the odd cases. */
final class Groups implements AutoCloseable {
  private static final int MEMBERS = 2;

  private final Admin admin;
  private final Properties client;
  private final Topics topics;
  private final List<Member> staying = new ArrayList<>();
  private final List<Member> leaving = new ArrayList<>();
  private final Map<String, Integer> kinds = new TreeMap<>();

  Groups(Admin admin, Properties client, Topics topics) {
    this.admin = admin;
    this.client = client;
    this.topics = topics;
  }

  /** How many groups of each kind were made. */
  Map<String, Integer> kinds() {
    return kinds;
  }

  /** Makes {@code count} groups; {@code withNewProtocol} adds KIP-848 groups, which 3.9 brokers do not have by default. */
  void make(String prefix, int count, boolean withNewProtocol) throws Exception {
    for (int i = 0; i < count; i++) makeOne(i, String.format("%s-group-%03d", prefix, i), withNewProtocol);
    Deadline.await("commits of all members that leave", () -> leaving.stream().allMatch(Member::settled));
    for (Member member : leaving) member.close();
    Deadline.await("commits of all members that stay", () -> staying.stream().allMatch(Member::settled));
    Deadline.await("left groups empty, live groups stable", () -> are(leaving, GroupState.EMPTY, 0) && are(staying, GroupState.STABLE, MEMBERS));
  }

  @Override
  public void close() throws Exception {
    for (Member member : staying) member.close();
  }

  private void makeOne(int i, String name, boolean withNewProtocol) throws Exception {
    switch (i % 10) {
      case 0 -> live(name, i, "classic");
      case 1 -> live(name, i, withNewProtocol ? "consumer" : "classic");
      case 2 -> left(name, i);
      case 3 -> commitOnly("beyond_end", name, i, 5);
      case 4 -> commitOnly("odd_name", name + " \"quoted\" \\ back\\nslash \n line \u00b5", i, 0);
      default -> commitOnly("offsets_only", name, i, 0);
    }
  }

  private void count(String kind) {
    kinds.merge(kind, 1, Integer::sum);
  }

  private void live(String name, int i, String protocol) {
    count("live_" + protocol);
    for (int m = 0; m < MEMBERS; m++) {
      staying.add(new Member(client, name, protocol, topicsOf(i), partition -> offsetToCommit(partition, i, 0)));
    }
  }

  /** A group whose members have gone: it stays as Empty, with its protocol type. */
  private void left(String name, int i) {
    count("left_empty");
    leaving.add(new Member(client, name, "classic", topicsOf(i), partition -> offsetToCommit(partition, i, 0)));
  }

  private void commitOnly(String kind, String name, int i, long beyond) throws Exception {
    count(kind);
    List<String> names = topicsOf(i);
    Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
    for (TopicPartition partition : topics.partitions()) {
      if (!names.contains(partition.topic())) continue;
      OffsetAndMetadata offset = offsetToCommit(partition, i, beyond);
      if (offset != null) offsets.put(partition, offset);
    }
    admin.alterConsumerGroupOffsets(name, offsets).all().get();
  }

  /** Two neighbouring topics a group, so that every topic has readers and some have several. */
  private List<String> topicsOf(int i) {
    List<String> names = topics.partitions().stream().map(TopicPartition::topic).distinct().toList();
    return List.of(names.get(i % names.size()), names.get((i + 1) % names.size()));
  }

  /** Every seventh partition is never committed; the others stand anywhere from their beginning to their end. */
  private OffsetAndMetadata offsetToCommit(TopicPartition partition, int group, long beyond) {
    int mix = partition.partition() + group;
    if (mix % 7 == 3) return null;
    long end = topics.end(partition);
    return new OffsetAndMetadata(beyond > 0 ? end + beyond : end * (mix % 5) / 4);
  }

  private boolean are(List<Member> members, GroupState state, int count) throws Exception {
    List<String> names = members.stream().map(Member::group).distinct().toList();
    for (var group : admin.describeConsumerGroups(names).all().get().values()) {
      if (group.groupState() != state || group.members().size() != count) return false;
    }
    return true;
  }
}
