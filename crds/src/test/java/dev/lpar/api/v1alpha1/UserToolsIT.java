package dev.lpar.api.v1alpha1;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What users of kubectl and Helm meet, with the defaults of those programs. */
@ExtendWith(ApiServer.Extension.class)
class UserToolsIT {
  private static final String MISSPELT =
      """
      apiVersion: lpar.dev/v1alpha1
      kind: Lpar
      metadata: { name: misspelt }
      spec:
        cpu: { vcpus: 1, mode: Dedicated }
        memory: { size: 1Gi, pagesize: 4Ki }
        firmware: Direct
        directBoot: { kernel: /boot/vmlinuz }
      """;
  private static final String CORRECT = MISSPELT.replace("pagesize", "pageSize");

  @ParameterizedTest
  @ValueSource(
      strings = {
        "apply -f -",
        "apply --server-side -f -",
        "create -f -",
        "replace --force -f -",
        "diff -f -"
      })
  void kubectlRefusesAMisspeltField(String command, ApiServer api) {
    var outcome = api.kubectl(MISSPELT, command.split(" "));
    assertNotEquals(0, outcome.exitCode(), outcome.output());
    assertTrue(outcome.output().contains("pagesize"), outcome.output());
    assertNotEquals(0, api.kubectl("", "get", "lpar", "misspelt").exitCode());
  }

  /**
   * The one command that asks for no strict validation, of any kind's fields: it drops the field,
   * and says so. A server can't refuse it, as the field is gone before rules or admission see the
   * object.
   */
  @Test
  void kubectlPatchWarnsOfAMisspeltField(ApiServer api) {
    ApiServer.must(api.kubectl(CORRECT.replace("misspelt", "patched"), "apply", "-f", "-"));
    var patch = "{\"spec\":{\"powerstate\":\"Stopped\"}}";
    var outcome = api.kubectl("", "patch", "lpar", "patched", "--type=merge", "-p", patch);
    ApiServer.must(api.kubectl("", "delete", "lpar", "patched"));
    assertTrue(
        outcome.output().contains("Warning: unknown field \"spec.powerstate\""), outcome.output());
  }

  @Test
  void kubectlEditRefusesAMisspeltField(ApiServer api, @TempDir Path folder) throws Exception {
    ApiServer.must(api.kubectl(CORRECT.replace("misspelt", "edited"), "apply", "-f", "-"));
    var seen = folder.resolve("seen");
    var editor = folder.resolve("editor");
    Files.writeString(
        editor,
        """
        #!/bin/sh
        cat "$1" >> %s
        grep -q powerstate "$1" || sed -i 's/^spec:/spec:\\n  powerstate: Stopped/' "$1"
        """
            .formatted(seen));
    assertTrue(editor.toFile().setExecutable(true));
    var outcome =
        api.kubectl(
            Map.of("KUBE_EDITOR", editor.toString(), "TMPDIR", folder.toString()),
            "edit",
            "lpar",
            "edited");
    ApiServer.must(api.kubectl("", "delete", "lpar", "edited"));
    assertNotEquals(0, outcome.exitCode(), outcome.output());
    var shown = Files.readString(seen);
    assertTrue(shown.contains("unknown field \"spec.powerstate\""), shown);
  }

  @Test
  void helmRefusesAMisspeltField(ApiServer api, @TempDir Path chart) throws Exception {
    Files.createDirectories(chart.resolve("templates"));
    Files.writeString(
        chart.resolve("Chart.yaml"), "apiVersion: v2\nname: guests\nversion: 0.1.0\n");
    Files.writeString(chart.resolve("templates/lpar.yaml"), MISSPELT);
    var refused = api.helm("install", "guests", chart.toString());
    assertNotEquals(0, refused.exitCode(), refused.output());
    assertTrue(refused.output().contains("pagesize"), refused.output());
    assertNotEquals(0, api.kubectl("", "get", "lpar", "misspelt").exitCode());

    Files.writeString(chart.resolve("templates/lpar.yaml"), CORRECT);
    ApiServer.must(api.helm("upgrade", "--install", "guests", chart.toString()));
    Files.writeString(chart.resolve("templates/lpar.yaml"), CORRECT + "  oncrash: Stop\n");
    var upgrade = api.helm("upgrade", "guests", chart.toString());
    assertNotEquals(0, upgrade.exitCode(), upgrade.output());
    assertTrue(upgrade.output().contains("oncrash"), upgrade.output());
    ApiServer.must(api.helm("uninstall", "guests"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          lpar                                | DESCRIPTION: A logical partition of a blade server
          lpar.spec                           | status.effective shows the values in force
          lpar.spec.powerState                | Running (default), Stopped (powered off; it keeps its place) or Paused
          lpar.spec.cpu                       | serviceRatio <integer> Shared mode: the partition's part of the blade's shared CPUs in percent
          lpar.spec.cpu                       | vcpus <integer> -required- Number of virtual CPUs, 1 to 240.
          lpar.spec.cpu.mode                  | ENUM: Dedicated Shared
          lpar.spec.memory.size               | a whole number with the unit Mi, Gi or Ti
          lpar.spec.memory.pageSize           | 4Ki, 2Mi (default) or 1Gi
          lpar.spec.shutdown.graceSeconds     | 0 (at once) to 3600. Default: 120.
          lpar.spec.disks.blockDevice         | Path of the block device on the blade
          lpar.spec.devices.passthroughDevice | the partition then lives on that device's blade
          lpar.status.conditions              | Placed, DevicesAttached, Running
          blade.spec.hugePages                | by page size (2Mi, 1Gi)
          blade.spec.partitions               | Written by the operator alone
          passthroughdevice.spec.identity     | every field given must match
          """)
  void kubectlExplainsIt(String path, String text, ApiServer api) {
    var outcome = api.kubectl("", "explain", path);
    assertEquals(0, outcome.exitCode(), outcome.output());
    var words = outcome.output().replaceAll("\\s+", " ");
    assertTrue(words.contains(text), outcome.output());
  }
}
