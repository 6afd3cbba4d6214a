package dev.lpar.api.v1alpha1;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.lpar.model.DeviceIdentity;
import dev.lpar.model.LparId;
import dev.lpar.model.MemorySize;
import dev.lpar.model.PartitionIntent;
import dev.lpar.model.PartitionIntent.Boot;
import dev.lpar.model.PartitionIntent.CrashPolicy;
import dev.lpar.model.PartitionIntent.DeviceIntent;
import dev.lpar.model.PartitionIntent.DiskIntent;
import dev.lpar.model.PartitionIntent.HardwareIdentity;
import dev.lpar.model.PartitionIntent.Pages;
import dev.lpar.model.PartitionIntent.Power;
import dev.lpar.model.PartitionIntent.Processors;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class PartitionIntentsTest {
  private static final ObjectMapper JSON = new YAMLMapper();
  private static final String UID = "0b54c1f0-0000-4000-8000-000000000001";

  private static final String SMALLEST =
      """
      cpu: { vcpus: 1, mode: Shared, serviceRatio: 25 }
      memory: { size: 1Gi }
      disks: [ { name: root, blockDevice: /dev/sda } ]
      """;

  private static final String LARGEST =
      """
      powerState: Paused
      shutdown: { graceSeconds: 7 }
      onCrash: Preserve
      placement:
        blade: blade-1
        bladeSelector: { matchLabels: { rack: a } }
      cpu: { vcpus: 4, mode: Shared, serviceRatio: 25, capped: true }
      memory: { size: 16Gi, pageSize: 1Gi }
      firmware: Direct
      directBoot: { kernel: /boot/vmlinuz, initrd: /boot/initrd.img, commandLine: quiet }
      disks:
        - { name: root, blockDevice: /dev/sda, bootIndex: 1 }
        - { name: data, blockDevice: /dev/sdb }
      identity: { uuid: 01234567-89ab-cdef-0123-456789abcdef, serialNumber: X1 }
      """;

  /** Another value for every field of the spec that the blade has to know. */
  private static final Map<String, String> OTHER_VALUES =
      new TreeMap<>(
          Map.ofEntries(
              Map.entry("/powerState", "Stopped"),
              Map.entry("/shutdown/graceSeconds", "8"),
              Map.entry("/onCrash", "Stop"),
              Map.entry("/cpu/vcpus", "5"),
              Map.entry("/cpu/mode", "Dedicated"),
              Map.entry("/cpu/serviceRatio", "26"),
              Map.entry("/cpu/capped", "false"),
              Map.entry("/cpu/threadsPerCore", "2"),
              Map.entry("/memory/size", "17Gi"),
              Map.entry("/memory/pageSize", "4Ki"),
              Map.entry("/firmware", "UEFI"),
              Map.entry("/directBoot/kernel", "/boot/other"),
              Map.entry("/directBoot/initrd", "/boot/other"),
              Map.entry("/directBoot/commandLine", "verbose"),
              Map.entry("/disks/0/name", "other"),
              Map.entry("/disks/0/blockDevice", "/dev/sdc"),
              Map.entry("/disks/0/bootIndex", "2"),
              Map.entry("/identity/uuid", "01234567-89ab-cdef-0123-456789abcdee"),
              Map.entry("/identity/serialNumber", "X2")));

  @Test
  void whatIsLeftOutTakesTheDocumentedDefault() throws Exception {
    var intent = intent(JSON.readTree(SMALLEST));
    assertEquals(
        new PartitionIntent(
            new LparId(UID),
            "payments",
            "ledger",
            3,
            Power.RUNNING,
            120,
            CrashPolicy.RESTART,
            new Processors.Shared(1, 25, false),
            MemorySize.parse("1Gi"),
            Pages.SIZE_2MI,
            new Boot.Uefi(),
            List.of(new DiskIntent("root", "/dev/sda", null)),
            List.of(),
            new HardwareIdentity(UID, UID)),
        intent);
  }

  @Test
  void whatIsSetIsTaken() throws Exception {
    assertEquals(
        new PartitionIntent(
            new LparId(UID),
            "payments",
            "ledger",
            3,
            Power.PAUSED,
            7,
            CrashPolicy.PRESERVE,
            new Processors.Shared(4, 25, true),
            MemorySize.parse("16Gi"),
            Pages.SIZE_1GI,
            new Boot.Direct("/boot/vmlinuz", "/boot/initrd.img", "quiet"),
            List.of(
                new DiskIntent("root", "/dev/sda", 1), new DiskIntent("data", "/dev/sdb", null)),
            List.of(),
            new HardwareIdentity("01234567-89ab-cdef-0123-456789abcdef", "X1")),
        intent(JSON.readTree(LARGEST)));
  }

  @Test
  void everyFieldOfTheSpecIsInTheTable() throws Exception {
    var fields =
        CrdSchemas.of("Lpar").leaves("spec").stream()
            .map(path -> path.substring("spec".length()).replace("[]", "/0").replace('.', '/'))
            // What decides the place, and with it which devices: the operator's tests have these.
            .filter(path -> !path.startsWith("/placement/") && !path.startsWith("/devices/"))
            .collect(Collectors.toCollection(TreeSet::new));
    assertEquals(fields, OTHER_VALUES.keySet());
  }

  static List<String> fields() {
    return List.copyOf(OTHER_VALUES.keySet());
  }

  /**
   * A field that is accepted and ignored would leave the intent, or what the blade is told, as it
   * was.
   */
  @ParameterizedTest
  @MethodSource("fields")
  void everyFieldReachesTheBlade(String field) throws Exception {
    var spec =
        field.equals("/cpu/threadsPerCore")
            ? LARGEST.replace(
                "mode: Shared, serviceRatio: 25, capped: true",
                "mode: Dedicated, threadsPerCore: 1")
            : LARGEST;
    var before = intent(JSON.readTree(spec));
    var changed = JSON.readTree(spec);
    int slash = field.lastIndexOf('/');
    ((ObjectNode) changed.at(field.substring(0, slash)))
        .set(field.substring(slash + 1), JSON.readTree(OTHER_VALUES.get(field)));
    var after = intent(changed);
    assertNotEquals(before, after);
    assertNotEquals(
        JSON.valueToTree(PartitionIntents.toPartition(before)),
        JSON.<JsonNode>valueToTree(PartitionIntents.toPartition(after)));
  }

  static List<String> specs() {
    return List.of(
        SMALLEST,
        LARGEST,
        """
        cpu: { vcpus: 240, mode: Dedicated }
        memory: { size: 64Ti, pageSize: 4Ki }
        firmware: BIOS
        disks: [ { name: root, blockDevice: /dev/sda, bootIndex: 99 } ]
        """,
        """
        cpu: { vcpus: 1, mode: Dedicated }
        memory: { size: 1536Mi }
        firmware: Direct
        directBoot: { kernel: /boot/vmlinuz }
        """,
        """
        cpu: { vcpus: 1, mode: Shared, serviceRatio: 100, capped: false }
        memory: { size: 32Mi }
        firmware: Direct
        directBoot: { kernel: /boot/vmlinuz, commandLine: "" }
        identity: { serialNumber: X1 }
        """);
  }

  /** Through the record, and through the JSON in which it travels. */
  @ParameterizedTest
  @MethodSource("specs")
  void aBladeReadsTheIntentThatTheOperatorHad(String spec) throws Exception {
    var intent = intent(JSON.readTree(spec));
    var partition = PartitionIntents.toPartition(intent);
    assertEquals(intent, PartitionIntents.of(partition));
    var claimed =
        intent.withDevices(
            List.of(
                new DeviceIntent(
                    "hba", "blade-1-hba-a", new DeviceIdentity("S1", null, null, null, null)),
                new DeviceIntent(
                    "nic",
                    "blade-1-nic",
                    new DeviceIdentity(null, "50:00", "52:54:00", "2-1", "10df:e300"))));
    assertEquals(claimed, PartitionIntents.of(PartitionIntents.toPartition(claimed)));
    var sent = JSON.writeValueAsString(partition);
    assertEquals(intent, PartitionIntents.of(JSON.readValue(sent, Partition.class)));
  }

  @ParameterizedTest
  @MethodSource("specs")
  void noSettingInForceIsLeftOpen(String spec) throws Exception {
    var intent = intent(JSON.readTree(spec));
    var effective = PartitionIntents.effective(intent);
    for (var component : EffectiveSettings.class.getRecordComponents()) {
      boolean applies =
          switch (component.getName()) {
            case "capped" -> intent.cpu() instanceof Processors.Shared;
            case "threadsPerCore" -> intent.cpu() instanceof Processors.Dedicated;
            default -> true;
          };
      assertEquals(applies, component.getAccessor().invoke(effective) != null, component.getName());
    }
  }

  @Test
  void theApisWordsAreTheModels() {
    assertEquals(names(PowerState.values()), names(Power.values()));
    assertEquals(names(OnCrash.values()), names(CrashPolicy.values()));
    assertEquals(names(PageSize.values()), names(Pages.values()));
  }

  private static List<String> names(Enum<?>[] values) {
    return List.of(values).stream().map(Enum::name).sorted().toList();
  }

  private static PartitionIntent intent(JsonNode spec) throws Exception {
    var lpar = new Lpar();
    lpar.getMetadata().setUid(UID);
    lpar.getMetadata().setNamespace("payments");
    lpar.getMetadata().setName("ledger");
    lpar.getMetadata().setGeneration(3L);
    lpar.setSpec(JSON.treeToValue(spec, LparSpec.class));
    return PartitionIntents.of(lpar);
  }
}
