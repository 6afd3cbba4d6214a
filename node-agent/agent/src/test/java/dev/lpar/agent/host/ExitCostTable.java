package dev.lpar.agent.host;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToDoubleFunction;

/** What was measured of each way to watch, and what comes of it. */
final class ExitCostTable {
  static final String EMPTY = "empty BPF programs";
  static final String COUNTER = "the counter";

  /** At most so many times the empty programs. */
  private static final double GOAL = 2;

  private final Map<String, List<Round>> rounds = new LinkedHashMap<>();
  private final Map<String, String> refusals = new LinkedHashMap<>();
  private final List<String> peers;

  /**
   * One measurement, all in ns for each exit.
   *
   * @param without what the vCPU took with nothing attached, just before
   * @param with what it took while watched
   * @param programs what BPF programs took by the kernel's count; negative where there are none
   * @param beside CPU time of others than the vCPU
   */
  record Round(double without, double with, double programs, double beside) {
    double cost() {
      return with - without;
    }
  }

  /**
   * @param peers those that aren't ours
   */
  ExitCostTable(List<String> peers) {
    this.peers = peers;
  }

  void add(String watch, Round round) {
    rounds.computeIfAbsent(watch, _ -> new ArrayList<>()).add(round);
  }

  /** It can't run here. */
  void refuse(String watch, String why) {
    refusals.putIfAbsent(watch, why);
  }

  String text() {
    var text = new StringBuilder();
    text.append(
        "%-44s %9s %19s %8s %9s %8s %9s%n"
            .formatted(
                "ns an exit",
                "the vCPU",
                "[least, most]",
                "x empty",
                "programs",
                "x empty",
                "beside"));
    text.append(
        "%-44s %9.0f %19s%n"
            .formatted(
                "nothing",
                median(rounds.values().stream().flatMap(List::stream).toList(), Round::without),
                range(rounds.values().stream().flatMap(List::stream).toList(), Round::without)));
    rounds.forEach((watch, of) -> text.append(row(watch, of)));
    refusals.forEach((watch, why) -> text.append("%-44s can't run: %s%n".formatted(watch, why)));
    verdict().ifPresent(text::append);
    return text.toString();
  }

  private String row(String watch, List<Round> of) {
    var programs = median(of, Round::programs);
    return "%-44s %+9.0f %19s %8.2f %9s %8s %9.0f%n"
        .formatted(
            watch,
            median(of, Round::cost),
            range(of, Round::cost),
            timesEmpty(of, Round::cost),
            programs < 0 ? "-" : "%.0f".formatted(programs),
            programs < 0 ? "-" : "%.2f".formatted(timesEmpty(of, Round::programs)),
            median(of, Round::beside));
  }

  private double timesEmpty(List<Round> of, ToDoubleFunction<Round> figure) {
    var empty = rounds.get(EMPTY);
    return empty == null ? Double.NaN : median(of, figure) / median(empty, figure);
  }

  private Optional<String> verdict() {
    var counter = rounds.get(COUNTER);
    if (counter == null || !rounds.containsKey(EMPTY)) {
      return Optional.empty();
    }
    double times = timesEmpty(counter, Round::cost);
    var cheaper =
        peers.stream()
            .filter(rounds::containsKey)
            .filter(peer -> cost(peer) <= median(counter, Round::cost))
            .toList();
    return Optional.of(
        "%nthe counter costs the vCPU %.2f times the empty programs (goal: %.0f: %s); peers that cost less (goal: none): %s%n"
            .formatted(
                times,
                GOAL,
                times <= GOAL ? "met" : "MISSED",
                cheaper.isEmpty() ? "none" : cheaper));
  }

  private double cost(String watch) {
    return median(rounds.get(watch), Round::cost);
  }

  static double median(List<Round> of, ToDoubleFunction<Round> figure) {
    return median(of.stream().mapToDouble(figure).toArray());
  }

  static double median(double[] values) {
    var sorted = values.clone();
    Arrays.sort(sorted);
    return (sorted[(sorted.length - 1) / 2] + sorted[sorted.length / 2]) / 2;
  }

  private static String range(List<Round> of, ToDoubleFunction<Round> figure) {
    var figures = of.stream().mapToDouble(figure).summaryStatistics();
    return "[%.0f, %.0f]".formatted(figures.getMin(), figures.getMax());
  }
}
