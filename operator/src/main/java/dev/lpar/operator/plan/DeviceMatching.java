package dev.lpar.operator.plan;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Gives each of several needs one of the devices that would do, so that all are met whenever that
 * is possible: a device that alone meets one need isn't spent on another. Of the ways to do so, one
 * in which all devices are on one NUMA node; then the first by name.
 */
final class DeviceMatching {
  private DeviceMatching() {}

  /** A device that would do. */
  record Candidate(DeviceObject object, @Nullable Integer numaNode) {}

  /**
   * @param options by need, in the order of the needs
   * @param nodes NUMA nodes of the devices that the partition has already
   * @return one for each need; fewer when they can't all be met
   */
  static Map<String, Candidate> match(Map<String, List<Candidate>> options, List<Integer> nodes) {
    var sorted = new LinkedHashMap<String, List<Candidate>>();
    options.forEach((need, candidates) -> sorted.put(need, byName(candidates)));
    return Stream.concat(nodesByWeight(nodes), nodesOf(sorted))
        .distinct()
        .map(node -> complete(onNode(sorted, node)))
        .flatMap(Optional::stream)
        .findFirst()
        .or(() -> complete(sorted))
        .orElseGet(() -> most(sorted));
  }

  private static List<Candidate> byName(List<Candidate> candidates) {
    return candidates.stream()
        .sorted(Comparator.comparing((Candidate candidate) -> candidate.object().name()))
        .toList();
  }

  private static Stream<Integer> nodesByWeight(List<Integer> nodes) {
    var counts =
        nodes.stream().collect(Collectors.groupingBy(Function.identity(), Collectors.counting()));
    return counts.entrySet().stream()
        .sorted(
            Map.Entry.<Integer, Long>comparingByValue()
                .reversed()
                .thenComparing(Map.Entry.comparingByKey()))
        .map(Map.Entry::getKey);
  }

  private static Stream<Integer> nodesOf(Map<String, List<Candidate>> options) {
    return options.values().stream()
        .flatMap(List::stream)
        .map(Candidate::numaNode)
        .filter(Objects::nonNull)
        .sorted();
  }

  private static Map<String, List<Candidate>> onNode(
      Map<String, List<Candidate>> options, int node) {
    var there = new LinkedHashMap<String, List<Candidate>>();
    options.forEach(
        (need, candidates) ->
            there.put(
                need,
                candidates.stream()
                    .filter(candidate -> Objects.equals(candidate.numaNode(), node))
                    .toList()));
    return there;
  }

  /** The first way, by name, in which every need is met. */
  private static Optional<Map<String, Candidate>> complete(Map<String, List<Candidate>> options) {
    var open = new LinkedHashMap<>(options);
    if (most(open).size() < options.size()) {
      return Optional.empty();
    }
    var chosen = new LinkedHashMap<String, Candidate>();
    for (var need : options.keySet()) {
      var candidates = Objects.requireNonNull(open.remove(need));
      for (var candidate : candidates) {
        var rest = without(candidate, open);
        if (most(rest).size() == rest.size()) {
          chosen.put(need, candidate);
          open = rest;
          break;
        }
      }
    }
    return Optional.of(chosen);
  }

  private static LinkedHashMap<String, List<Candidate>> without(
      Candidate taken, Map<String, List<Candidate>> options) {
    var rest = new LinkedHashMap<String, List<Candidate>>();
    options.forEach(
        (need, candidates) ->
            rest.put(
                need, candidates.stream().filter(candidate -> !candidate.equals(taken)).toList()));
    return rest;
  }

  /** As many needs as can be met at once, by augmenting paths. */
  private static Map<String, Candidate> most(Map<String, List<Candidate>> options) {
    var holders = new HashMap<Candidate, String>();
    for (var need : options.keySet()) {
      augment(need, options, holders, new LinkedHashSet<>());
    }
    var met = new LinkedHashMap<String, Candidate>();
    holders.forEach((candidate, need) -> met.put(need, candidate));
    return met;
  }

  private static boolean augment(
      String need,
      Map<String, List<Candidate>> options,
      Map<Candidate, String> holders,
      Set<Candidate> tried) {
    for (var candidate : new ArrayList<>(options.getOrDefault(need, List.of()))) {
      if (tried.add(candidate)) {
        var holder = holders.get(candidate);
        if (holder == null || augment(holder, options, holders, tried)) {
          holders.put(candidate, need);
          return true;
        }
      }
    }
    return false;
  }
}
