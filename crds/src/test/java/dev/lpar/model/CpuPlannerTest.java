package dev.lpar.model;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.lpar.model.CpuPlan.Cores;
import dev.lpar.model.CpuPlan.Request;
import dev.lpar.model.CpuPlan.Shortage;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CpuPlannerTest {
  static LparId id(int number) {
    return new LparId("00000000-0000-0000-0000-%012d".formatted(number));
  }

  private static Request request(int number, int vcpus, int threads) {
    return new Request(id(number), vcpus, threads, List.of(), List.of());
  }

  /** Such as "2 4x2 1@1": vCPUs, x threads per core, @ the node to be near to. */
  private static List<Request> requests(String text) {
    var requests = new ArrayList<Request>();
    for (var word : text.split(" ")) {
      var near = word.split("@");
      var shape = near[0].split("x");
      requests.add(
          new Request(
              id(requests.size() + 1),
              Integer.parseInt(shape[0]),
              shape.length == 1 ? 1 : Integer.parseInt(shape[1]),
              near.length == 1 ? List.of() : List.of(Integer.parseInt(near[1])),
              List.of()));
    }
    return requests;
  }

  private static String pins(CpuPlan plan, int number) {
    var cores = plan.cores().get(id(number));
    return cores == null
        ? "-"
        : String.join(" ", cores.pins().stream().map(String::valueOf).toList());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          # topology   | host | minimum | requests | pins of each            | host     | shared
          one-socket   | 1    | 1       | 2        | 1 2                     | 0        | 3-8,11-15
          one-socket   | 2    | 1       | 2        | 1 2                     | 0,8      | 3-7,11-15
          one-socket   | 2    | 1       | 4x2      | 1 9 2 10                | 0,8      | 3-7,11-15
          one-socket   | 2    | 1       | 2x2 1    | 1 9;2                   | 0,8      | 3-7,11-15
          one-socket   | 0    | 1       | 7        | 1 2 3 4 5 6 7           | ''       | 0,8
          one-socket   | 0    | 1       | 8        | -                       | ''       | 0-15
          one-socket   | 0    | 3       | 7        | -                       | ''       | 0-15
          one-socket   | 0    | 3       | 7 6      | -;1 2 3 4 5 6           | ''       | 0,7-8,15
          two-sockets  | 2    | 2       | 2@1      | 64 65                   | 0,128    | 1-63,66-127,129-191,194-255
          two-sockets  | 2    | 2       | 2 2      | 1 2;3 4                 | 0,128    | 5-127,133-255
          two-sockets  | 2    | 2       | 6x2@1 2  | 64 192 65 193 66 194;67 68 | 0,128 | 1-63,69-127,129-191,197-255
          two-sockets  | 2    | 2       | 128x2    | 64 192 65 193           | 0,128    | 1-63,129-191
          eight-nodes  | 1    | 1       | 3        | 1 2 3                   | 0        | 4-31
          eight-nodes  | 1    | 1       | 4        | 4 5 6 7                 | 0        | 1-3,8-31
          eight-nodes  | 1    | 1       | 2@5 2 3  | 20 21;22 23;1 2 3       | 0        | 4-19,24-31
          eight-nodes  | 1    | 1       | 6        | 4 5 6 7 8 9             | 0        | 1-3,10-31
          eight-nodes  | 1    | 1       | 20       | 4 5 6 7 8 9 10 11 12    | 0        | 1-3,24-31
          asymmetrical | 1    | 1       | 2        | 6 7                     | 0        | 1-5,8-13
          asymmetrical | 1    | 1       | 6        | 1 2 3 4 5 6             | 0        | 7-8,15
          hybrid       | 0    | 1       | 2        | 2 8                     | ''       | 0-1,4-7,10-13
          hybrid       | 0    | 1       | 4x2      | 4 5 6 7                 | ''       | 0-2,8,10-13
          hybrid       | 0    | 1       | 8x2      | -                       | ''       | 0-2,4-8,10-13
          isolated     | 1    | 1       | 2        | 4 5                     | 0        | 1-3,8-11
          isolated     | 1    | 1       | 6        | 4 5 6 7 1 2             | 0        | 3,8,11
          isolated     | 16   | 0       | 4        | 4 5 6 7                 | 0-3,8-11 | ''
          small        | 0    | 1       | 1        | 1                       | ''       | 0
          small        | 0    | 1       | 2        | -                       | ''       | 0-1
          small        | 1    | 1       | 1        | -                       | 0        | 1
          small        | 1    | 0       | 1        | 1                       | 0        | ''
          """)
  void cpusAreDivided(
      String topology,
      int host,
      int minimum,
      String asked,
      String pins,
      String hosts,
      String shared) {
    var requests = requests(asked);
    var plan = CpuPlanner.plan(Topologies.read(topology), host, minimum, requests);
    var expected = pins.split(";");
    for (int i = 0; i < expected.length; i++) {
      var told = pins(plan, i + 1);
      assertEquals(expected[i], told.substring(0, Math.min(told.length(), expected[i].length())));
    }
    assertEquals(CpuSet.parse(hosts), plan.host());
    assertEquals(CpuSet.parse(shared), plan.shared(), "shared");
  }

  /** Cores that are taken are those a partition had, wherever a new one would be put. */
  @Test
  void whoHasCoresKeepsThem() {
    var topology = Topologies.read("one-socket");
    var had = new Request(id(1), 2, 1, List.of(), List.of(5, 2));
    var plan = CpuPlanner.plan(topology, 1, 1, List.of(request(2, 2, 1), had));
    assertEquals("5 2", pins(plan, 1));
    assertEquals("1 3", pins(plan, 2));
  }

  @Test
  void whoHasCoresKeepsThemWhenMoreAreToStayShared() {
    var had = new Request(id(1), 3, 1, List.of(), List.of(1, 2, 3));
    var plan =
        CpuPlanner.plan(Topologies.read("one-socket"), 1, 12, List.of(had, request(2, 1, 1)));
    assertEquals("1 2 3", pins(plan, 1));
    assertEquals(Map.of(id(2), new Shortage(1, Map.of(0, 0))), plan.lacking());
  }

  /** The schema refuses it; whoever asks all the same is given whole cores. */
  @Test
  void anOddVcpuHasACoreToItself() {
    var topology = Topologies.read("one-socket");
    var plan = CpuPlanner.plan(topology, 1, 1, List.of(request(1, 3, 2), request(2, 2, 1)));
    assertEquals("1 9 2", pins(plan, 1));
    assertEquals(CpuSet.parse("1-2,9-10"), plan.cores().get(id(1)).cpus());
    assertEquals("3 4", pins(plan, 2));
    var had = new Request(id(1), 3, 2, List.of(), List.of(5, 13, 4));
    plan = CpuPlanner.plan(topology, 1, 1, List.of(had, request(2, 2, 1)));
    assertEquals("5 13 4", pins(plan, 1));
  }

  /** The reason is in the name of each: a CPU that is gone, the host's, taken, or too few. */
  @ParameterizedTest
  @CsvSource({
    "2,1,'99,3'",
    "2,1,'0,3'",
    "2,1,'8,3'",
    "2,1,'3,3'",
    "2,1,'3'",
    "2,2,'3,4'",
    "2,1,'3,11'"
  })
  void pinsThatAreNoLongerGoodAreGivenUp(int vcpus, int threads, String pins) {
    var request =
        new Request(
            id(1),
            vcpus,
            threads,
            List.of(),
            Arrays.stream(pins.split(",")).map(Integer::valueOf).toList());
    var plan = CpuPlanner.plan(Topologies.read("one-socket"), 1, 1, List.of(request));
    assertEquals(threads == 1 ? "1 2" : "1 9", pins(plan, 1));
  }

  @Test
  void whatIsLackingIsToldWithNumbers() {
    var plan =
        CpuPlanner.plan(
            Topologies.read("asymmetrical"), 2, 4, List.of(request(1, 2, 1), request(2, 6, 1)));
    assertEquals(
        Map.of(id(2), new Shortage(6, Map.of(0, 3))), plan.lacking(), "4 CPUs stay shared");
    assertEquals(
        new Cores(List.of(6, 7), CpuSet.parse("6-7,14-15"), List.of(2)), plan.cores().get(id(1)));
  }

  @Test
  void coresOfAPartitionThatIsOffAreLentButForThoseTheKernelKeepsFree() {
    var plan =
        CpuPlanner.plan(
            Topologies.read("isolated"), 1, 1, List.of(request(1, 3, 1), request(2, 3, 1)));
    assertEquals("4 5 6", pins(plan, 1));
    assertEquals("7 1 2", pins(plan, 2));
    assertEquals("3,8,11", plan.sharedWhile(List.of(id(1), id(2))).toString());
    assertEquals("1-3,8-11", plan.sharedWhile(List.of(id(1))).toString());
  }

  @Test
  void aBladeWithoutCpusHasRoomForNobody() {
    var plan = CpuPlanner.plan(CpuTopology.NONE, 1, 1, List.of(request(1, 1, 1)));
    assertEquals(Set.of(id(1)), plan.lacking().keySet());
  }
}
