package dev.lpar.operator.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.lpar.operator.plan.DeviceMatching.Candidate;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class DeviceMatchingTest {
  private static Candidate on(Integer node, String name) {
    return new Candidate(Fixtures.offered(name, "a"), node);
  }

  private static Map<String, String> match(Map<String, List<Candidate>> options, Integer... nodes) {
    var names = new TreeMap<String, String>();
    DeviceMatching.match(options, Arrays.asList(nodes))
        .forEach((need, candidate) -> names.put(need, candidate.object().name()));
    return names;
  }

  private static Map<String, List<Candidate>> options(Object... needsAndCandidates) {
    var options = new LinkedHashMap<String, List<Candidate>>();
    for (int i = 0; i < needsAndCandidates.length; i += 2) {
      @SuppressWarnings("unchecked")
      var candidates = (List<Candidate>) needsAndCandidates[i + 1];
      options.put((String) needsAndCandidates[i], candidates);
    }
    return options;
  }

  @Test
  void aScarceDeviceIsntSpentOnANeedThatAnotherWouldMeet() {
    var a = on(0, "a");
    var b = on(0, "b");
    assertEquals(
        Map.of("any", "b", "special", "a"),
        match(options("any", List.of(a, b), "special", List.of(a))));
  }

  @Test
  void allOnOneNodeIsBetterThanTheFirstByName() {
    assertEquals(
        Map.of("x", "b", "y", "c"),
        match(
            options(
                "x", List.of(on(0, "a"), on(1, "b")),
                "y", List.of(on(1, "c")))));
  }

  @Test
  void theNodeOfWhatIsThereAlreadyIsPreferred() {
    var nics = List.of(on(0, "a"), on(1, "b"));
    assertEquals(Map.of("x", "a"), match(options("x", nics)));
    assertEquals(Map.of("x", "b"), match(options("x", nics), 1, 0, 1));
  }

  @Test
  void aNodeIsNoReasonToLeaveANeedUnmet() {
    assertEquals(
        Map.of("x", "a", "y", "c"),
        match(options("x", List.of(on(0, "a")), "y", List.of(on(1, "c"), on(null, "d")))));
  }

  @Test
  void whenNotAllCanBeMetAsManyAsPossibleAre() {
    var a = on(0, "a");
    assertEquals(1, match(options("x", List.of(a), "y", List.of(a))).size());
    assertEquals(Map.of("y", "a"), match(options("x", List.of(), "y", List.of(a))));
  }

  /** Against every way there is. */
  @Test
  void aSatisfiableSetIsAlwaysSatisfied() {
    var random = new Random(7);
    for (int round = 0; round < 500; round++) {
      var options = new LinkedHashMap<String, List<Candidate>>();
      for (int need = 0; need < 4; need++) {
        options.put("need-" + need, random(random));
      }
      boolean possible = possible(List.copyOf(options.values()), List.of());
      var found = match(options);
      assertEquals(possible, found.size() == 4, options + " gave " + found);
      assertEquals(found.size(), found.values().stream().distinct().count());
    }
  }

  private static List<Candidate> random(Random random) {
    return random
        .ints(0, 5)
        .limit(random.nextInt(4))
        .distinct()
        .mapToObj(i -> on(i % 2, "d" + i))
        .toList();
  }

  private static boolean possible(List<List<Candidate>> open, List<Candidate> taken) {
    return open.isEmpty()
        || open.getFirst().stream()
            .filter(candidate -> !taken.contains(candidate))
            .anyMatch(
                candidate ->
                    possible(
                        open.subList(1, open.size()),
                        java.util.stream.Stream.concat(
                                taken.stream(), java.util.stream.Stream.of(candidate))
                            .toList()));
  }
}
