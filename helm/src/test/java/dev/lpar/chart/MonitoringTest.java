package dev.lpar.chart;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The chart's alerts and its dashboard, which golden files would only repeat. Whether alerts fire
 * when they should, hack/promtool-checks tests.
 */
class MonitoringTest {
  private static final Path ALERTS = Chart.FOLDER.resolve("files/alerts.yaml");
  private static final Path DASHBOARD = Chart.FOLDER.resolve("files/dashboard.json");
  private static final Path TESTS = Path.of("src/test/alerts");
  private static final Path PAGE = Path.of("../docs/operations/monitoring.md");

  /** What an agent tells; its own test holds it equal to what the code writes. */
  private static final Path METRICS = Path.of("../node-agent/agent/src/test/resources/metrics.txt");

  private static final Pattern SAMPLE = Pattern.compile("^(\\w+)(?:\\{(.*)})? \\S+$");
  private static final Pattern LABEL = Pattern.compile("(\\w+)\\s*(?:=~|!~|!=|=)\\s*\"[^\"]*\"");
  private static final Pattern METRIC = Pattern.compile("\\b(lpar_\\w+)(?:\\{([^}]*)})?");
  private static final Pattern GROUPING =
      Pattern.compile("\\b(?:by|on|group_left)\\s*\\(([^)]*)\\)");

  /** What Prometheus puts on every sample of a target. */
  private static final Set<String> OF_THE_TARGET = Set.of("job", "instance");

  private static JsonNode read(Path file) throws IOException {
    return Serialization.unmarshal(Files.readString(file), JsonNode.class);
  }

  private static List<JsonNode> alerts() throws IOException {
    var alerts = new ArrayList<JsonNode>();
    read(ALERTS).get("groups").forEach(group -> group.get("rules").forEach(alerts::add));
    return alerts;
  }

  private static JsonNode rendered(String values, String kind) {
    return Pattern.compile("(?m)^---$")
        .splitAsStream(Chart.render(values))
        .filter(object -> object.contains("kind: " + kind + "\n"))
        .map(object -> Serialization.unmarshal(object, JsonNode.class))
        .collect(Collectors.collectingAndThen(Collectors.toList(), List::getFirst));
  }

  @Test
  void theRulesAreRenderedAsTheyAre() throws IOException {
    var rule =
        rendered(
            "monitoring: { prometheusRule: { enabled: true, labels: { release: main } } }",
            "PrometheusRule");
    assertEquals("monitoring.coreos.com/v1", rule.get("apiVersion").asText());
    assertEquals("lpar-system", rule.at("/metadata/namespace").asText());
    assertEquals("main", rule.at("/metadata/labels/release").asText());
    assertEquals(read(ALERTS), rule.get("spec"));
  }

  @Test
  void theDashboardIsRenderedAsItIs() throws IOException {
    var map =
        rendered(
            "monitoring: { prometheusRule: { enabled: true }, dashboard: { enabled: true } }",
            "ConfigMap");
    assertEquals("1", map.at("/metadata/labels/grafana_dashboard").asText());
    assertEquals(Files.readString(DASHBOARD).strip(), map.at("/data/lpar.json").asText().strip());
  }

  @Test
  void theLabelOfTheDashboardIsAnyOnesOwn() {
    var map =
        rendered(
            "monitoring: { dashboard: { enabled: true, label: boards, labelValue: lpar } }",
            "ConfigMap");
    assertEquals("lpar", map.at("/metadata/labels/boards").asText());
    assertTrue(map.at("/metadata/labels/grafana_dashboard").isMissingNode());
  }

  @ParameterizedTest
  @ValueSource(strings = {"alerts.yaml", "dashboard.json"})
  void namesOnlyMetricsAndLabelsThatAnAgentTells(String name) throws IOException {
    var told = metrics();
    var file = Chart.FOLDER.resolve("files").resolve(name);
    var unknown = new TreeSet<String>();
    for (var text : texts(read(file), new ArrayList<>())) {
      unknown.addAll(unknown(text, told));
    }
    assertEquals(Set.of(), unknown, file + " names what no agent tells");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "rate(lpar_vm_exits_totl[5m])                         | [lpar_vm_exits_totl]",
        "lpar_vm_exits_total{grup=\"MMIO\", group=\"x\"}      | [lpar_vm_exits_total: grup]",
        "sum by (namespace, partition) (lpar_partition_up)    | [partition]",
        "sum by (le) (lpar_vm_exit_duration_seconds_bucket)   | []",
      })
  void findsWhatNoAgentTells(String text, String found) throws IOException {
    assertEquals(found, unknown(text, metrics()).toString());
  }

  private static Set<String> unknown(String text, Map<String, Set<String>> told) {
    var unknown = new TreeSet<String>();
    METRIC
        .matcher(text)
        .results()
        .forEach(
            found -> {
              var labels = told.get(found.group(1));
              if (labels == null) {
                unknown.add(found.group(1));
              } else if (found.group(2) != null) {
                names(found.group(2)).stream()
                    .filter(label -> !labels.contains(label) && !OF_THE_TARGET.contains(label))
                    .forEach(label -> unknown.add(found.group(1) + ": " + label));
              }
            });
    GROUPING
        .matcher(text)
        .results()
        .flatMap(found -> Pattern.compile("[,\\s]+").splitAsStream(found.group(1)))
        .filter(label -> !label.isEmpty() && !OF_THE_TARGET.contains(label))
        .filter(label -> told.values().stream().noneMatch(labels -> labels.contains(label)))
        .forEach(unknown::add);
    return unknown;
  }

  /** Names of metrics, as they are queried, with their labels. */
  private static Map<String, Set<String>> metrics() throws IOException {
    var metrics = new TreeMap<String, Set<String>>();
    for (var line : Files.readAllLines(METRICS)) {
      var sample = SAMPLE.matcher(line);
      if (sample.matches()) {
        var labels = metrics.computeIfAbsent(sample.group(1), metric -> new TreeSet<>());
        labels.addAll(sample.group(2) == null ? Set.of() : names(sample.group(2)));
      }
    }
    return metrics;
  }

  private static Set<String> names(String labels) {
    return LABEL
        .matcher(labels)
        .results()
        .map(found -> found.group(1))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static List<String> texts(JsonNode node, List<String> into) {
    if (node.isTextual()) {
      into.add(node.asText());
    }
    node.forEach(child -> texts(child, into));
    return into;
  }

  @Test
  void everyAlertSaysHowBadItIsWhatItIsAndWhatToDo() throws IOException {
    for (var alert : alerts()) {
      var name = alert.get("alert").asText();
      assertTrue(
          Set.of("critical", "warning", "info").contains(alert.at("/labels/severity").asText()),
          name);
      for (var part : List.of("summary", "description")) {
        var text = alert.at("/annotations/" + part).asText();
        assertTrue(!text.isBlank(), name + " has no " + part);
        if (alert.get("expr").asText().contains("by (namespace, lpar)")) {
          assertTrue(
              text.contains("{{ $labels.namespace }}/{{ $labels.lpar }}"),
              name + " doesn't name the partition in its " + part);
        }
      }
      assertEquals(
          "docs/operations/monitoring.md#" + name.toLowerCase(Locale.ROOT),
          alert.at("/annotations/runbook").asText());
    }
  }

  @Test
  void everyAlertHasItsPlaceInThePageWithItsSeverity() throws IOException {
    var told =
        Pattern.compile("(?m)^### (Lpar\\w+)\n\n\\*(\\w+)\\*")
            .matcher(Files.readString(PAGE))
            .results()
            .map(found -> found.group(1) + " " + found.group(2))
            .collect(Collectors.toCollection(TreeSet::new));
    var alerts = new TreeSet<String>();
    for (var alert : alerts()) {
      alerts.add(alert.get("alert").asText() + " " + alert.at("/labels/severity").asText());
    }
    assertEquals(alerts, told);
  }

  @Test
  void everyAlertIsTestedToFireAndNotToFire() throws IOException {
    var tested = new TreeSet<String>();
    try (var files = Files.list(TESTS)) {
      for (var file : files.toList()) {
        var name = file.getFileName().toString().replace(".yaml", "");
        var fires = new HashSet<Boolean>();
        read(file)
            .get("tests")
            .forEach(
                group ->
                    group
                        .get("alert_rule_test")
                        .forEach(
                            test -> {
                              if (test.path("alertname").asText(name).equals(name)) {
                                fires.add(!test.path("exp_alerts").isEmpty());
                              }
                            }));
        assertEquals(Set.of(true, false), fires, name);
        tested.add(name);
      }
    }
    var alerts = new TreeSet<String>();
    for (var alert : alerts()) {
      alerts.add(alert.get("alert").asText());
    }
    assertEquals(alerts, tested);
  }

  @Test
  void theDashboardTakesItsDataFromTheSourceThatIsChosen() throws IOException {
    var dashboard = read(DASHBOARD);
    assertEquals("lpar-partitions", dashboard.get("uid").asText());
    var variables = new ArrayList<String>();
    dashboard.at("/templating/list").forEach(list -> variables.add(list.get("name").asText()));
    assertEquals(List.of("datasource", "namespace", "lpar"), variables);
    for (var source : dashboard.findValues("datasource")) {
      assertEquals("${datasource}", source.get("uid").asText());
    }
  }

  @Test
  void noPanelIsInTheWayOfAnother() throws IOException {
    var ids = new HashSet<Integer>();
    var taken = new HashSet<String>();
    for (var panel : read(DASHBOARD).get("panels")) {
      assertTrue(ids.add(panel.get("id").asInt()), panel.get("title").asText());
      var at = panel.get("gridPos");
      for (int x = 0; x < at.get("w").asInt(); x++) {
        for (int y = 0; y < at.get("h").asInt(); y++) {
          int column = at.get("x").asInt() + x;
          assertTrue(column < 24, panel.get("title").asText());
          assertTrue(
              taken.add(column + " " + (at.get("y").asInt() + y)), panel.get("title").asText());
        }
      }
    }
  }
}
