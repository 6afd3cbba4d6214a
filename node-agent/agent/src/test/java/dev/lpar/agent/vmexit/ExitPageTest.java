package dev.lpar.agent.vmexit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** docs/reference/vm-exits.md says what the code does. */
class ExitPageTest {
  private static final Path PAGE = Path.of("../../docs/reference/vm-exits.md");
  private static final String HOW =
      "exits are named otherwise now: run mvn -pl node-agent/agent -am test -Dtest=ExitPageTest"
          + " -Dsurefire.failIfNoSpecifiedTests=false -Dlpar.docs.write=true";

  private static final Pattern ROW =
      Pattern.compile("^\\| (`[^|]+`) \\|([^|]*)\\|", Pattern.MULTILINE);
  private static final Pattern QUOTED = Pattern.compile("`([^`]+)`");

  @BeforeAll
  static void write() throws Exception {
    if (Boolean.getBoolean("lpar.docs.write")) {
      Files.writeString(PAGE, withReasons(Files.readString(PAGE)));
    }
  }

  @Test
  void theReasonsAreThoseOfTheCode() throws Exception {
    var page = Files.readString(PAGE);
    assertEquals(withReasons(page), page, HOW);
  }

  @Test
  void everyFactorIsExplainedInItsGroup() throws Exception {
    var explained = new TreeMap<String, String>();
    for (var section : section("Factors").split("(?m)^### ")) {
      var group = section.lines().findFirst().orElse("");
      names(section).forEach((factor, explanation) -> explained.put(factor, group));
    }
    var named = new TreeMap<String, String>();
    NamedExits.factors().forEach(factor -> named.put(factor.name(), factor.group().text()));
    assertEquals(named, explained);
  }

  @Test
  void everyRuleIsThereWithItsFactors() throws Exception {
    var told = new TreeMap<String, SortedSet<String>>();
    var rows = ROW.matcher(section("What the advisor says"));
    while (rows.find()) {
      told.put(rows.group(1).replace("`", ""), quoted(rows.group(2)));
    }
    var ruled = new TreeMap<String, SortedSet<String>>();
    for (var rule : AdvisorRules.ALL) {
      ruled
          .computeIfAbsent(word(rule.reason()), reason -> new TreeSet<>())
          .addAll(NamedExits.names(rule.factors().stream()));
    }
    assertEquals(ruled, told);
  }

  @Test
  void theThresholdsAreThoseOfTheCode() throws Exception {
    var section = section("What the advisor says");
    for (var words :
        new String[] {
          String.format(Locale.ROOT, "%.0f %% of the vCPUs' run time", 100 * Advisor.NOTABLE_SHARE),
          String.format(Locale.ROOT, "%.0f exits per second and vCPU", Advisor.NOTABLE_RATE),
          String.format(
              Locale.ROOT, "%.1f %% or %.0f", 100 * Advisor.CAUSE_SHARE, Advisor.CAUSE_RATE),
          "the " + (Advisor.MOST == 3 ? "three" : Advisor.MOST) + " costliest"
        }) {
      assertTrue(section.contains(words), words);
    }
  }

  /** The first column's names, with the second column. */
  private static SortedMap<String, String> names(String section) {
    var names = new TreeMap<String, String>();
    var rows = ROW.matcher(section);
    while (rows.find()) {
      var explanation = rows.group(2).strip();
      assertTrue(!explanation.isEmpty(), rows.group());
      quoted(rows.group(1)).forEach(name -> names.put(name, explanation));
    }
    return names;
  }

  private static SortedSet<String> quoted(String text) {
    var quoted = new TreeSet<String>();
    var names = QUOTED.matcher(text);
    while (names.find()) {
      quoted.add(names.group(1));
    }
    return quoted;
  }

  private static String section(String title) throws Exception {
    var page = Files.readString(PAGE);
    int start = page.indexOf("\n## " + title + "\n");
    assertTrue(start >= 0, title);
    int end = page.indexOf("\n## ", start + 1);
    return page.substring(start, end < 0 ? page.length() : end);
  }

  private static String withReasons(String page) {
    for (var isa : new Isa[] {Isa.VMX, Isa.SVM}) {
      var start = "<!-- made of the code: " + isa + " -->\n";
      var end = "<!-- end of " + isa + " -->\n";
      int from = page.indexOf(start) + start.length();
      int to = page.indexOf(end);
      assertTrue(from >= start.length() && to >= from, isa + " has no place in the page");
      page = page.substring(0, from) + table(isa) + page.substring(to);
    }
    return page;
  }

  private static String table(Isa isa) {
    var table =
        new StringBuilder("\n| reason | in the kernel | factor | group |\n|---|---|---|---|\n");
    var kernel = KernelReasons.of(isa);
    var named = new TreeMap<>(NamedExits.byReason(isa));
    // Of VMGEXIT's 65,536 codes those that mean something.
    named
        .values()
        .removeIf(factors -> factors.equals(Set.of(ExitFactors.other("VMGEXIT (other)"))));
    while (!named.isEmpty()) {
      long first = named.firstKey();
      var factors = named.remove(first);
      long last = first;
      while (factors.equals(named.get(last + 1))) {
        named.remove(++last);
      }
      rows(table, number(isa, first, last), names(kernel, first, last), factors);
    }
    return table.append('\n').toString();
  }

  /** A row for each group. */
  private static void rows(
      StringBuilder table, String reasons, String kernel, Set<ExitFactor> factors) {
    var groups = new LinkedHashSet<ExitGroup>();
    factors.forEach(factor -> groups.add(factor.group()));
    var first = true;
    for (var group : groups) {
      var names =
          String.join(
              ", ",
              factors.stream()
                  .filter(factor -> factor.group() == group)
                  .map(ExitFactor::name)
                  .toList());
      table.append(
          "| %s | %s | %s | %s |\n"
              .formatted(first ? reasons : "", first ? kernel : "", names, group.text()));
      first = false;
    }
  }

  private static String number(Isa isa, long first, long last) {
    var one = isa == Isa.VMX ? "%d" : "0x%02x";
    return one.formatted(first) + (last == first ? "" : " to " + one.formatted(last));
  }

  private static String names(SortedMap<Long, String> kernel, long first, long last) {
    var names = kernel.subMap(first, last + 1);
    if (names.isEmpty()) {
      return "";
    }
    var from = names.firstEntry().getValue();
    var to = names.lastEntry().getValue();
    return names.size() == 1 ? from : from + " to " + to;
  }

  /** As reasons are written in the status. */
  private static String word(FindingReason reason) {
    var word = new StringBuilder();
    for (var part : reason.name().split("_")) {
      word.append(part.charAt(0)).append(part.substring(1).toLowerCase(Locale.ROOT));
    }
    return word.toString();
  }
}
