package dev.lpar.e2e;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Partitions that share a blade's CPUs, all there are at that time. */
record ShareCase(String name, List<Member> members) {
  private static final int[] CAPS = {1, 2, 5, 10, 25, 33, 50, 75, 99};

  /** Never wants anything but what its kernel does by itself. */
  private static final String IDLE = "shares-idle";

  /**
   * @param partition its name
   */
  record Member(String partition, int ratio, boolean capped) {
    boolean idle() {
      return partition.equals(IDLE);
    }
  }

  /** In an order in which few partitions come and go. */
  static List<ShareCase> all() {
    var cases = new ArrayList<ShareCase>();
    cases.add(new ShareCase("capped at 100%, alone", List.of(member(0, 100, true))));
    for (int cap : CAPS) {
      cases.add(
          new ShareCase(
              "capped at %d%%".formatted(cap),
              List.of(member(0, cap, true), member(1, 100 - cap, false))));
    }
    cases.add(uncapped("1:99", 1, 99));
    var oneIdle =
        Stream.concat(
                uncapped("", 33, 33).members().stream(), Stream.of(new Member(IDLE, 34, false)))
            .toList();
    cases.add(new ShareCase("33:33:34, the last idle", oneIdle));
    cases.add(uncapped("33:33:34", 33, 33, 34));
    cases.add(uncapped("25:25:50", 25, 25, 50));
    cases.add(uncapped("10 x 10", IntStream.generate(() -> 10).limit(10).toArray()));
    return cases;
  }

  static ShareCase uncapped(String name, int... ratios) {
    return new ShareCase(
        name,
        IntStream.range(0, ratios.length).mapToObj(i -> member(i, ratios[i], false)).toList());
  }

  static Member member(int number, int ratio, boolean capped) {
    return new Member("shares-" + number, ratio, capped);
  }

  /** The same, but for the ratio of one. */
  ShareCase with(Member changed) {
    return new ShareCase(
        name,
        members.stream()
            .map(member -> member.partition().equals(changed.partition()) ? changed : member)
            .toList());
  }

  Set<String> partitions() {
    var names = new TreeSet<String>();
    members.forEach(member -> names.add(member.partition()));
    return names;
  }

  List<Member> spinning() {
    return members.stream().filter(member -> !member.idle()).toList();
  }

  /**
   * What a member that never rests is due, in percent of the shared CPUs: its ratio when capped,
   * else its part, by the ratios, of what idle ones leave.
   *
   * @param idleUse what the idle ones used
   */
  double entitled(Member member, double idleUse) {
    double busy = spinning().stream().mapToInt(Member::ratio).sum();
    return member.capped() ? member.ratio() : (100 - idleUse) * member.ratio() / busy;
  }
}
