package dev.lpar.e2e;

import static dev.lpar.e2e.Lab.NAMESPACE;
import static dev.lpar.e2e.Lab.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.lpar.api.v1alpha1.AttachedDevice;
import dev.lpar.api.v1alpha1.AttachmentReason;
import dev.lpar.api.v1alpha1.Lpar;
import dev.lpar.api.v1alpha1.Phase;
import dev.lpar.api.v1alpha1.PowerState;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * One Lpar of a test: applied from a manifest, watched, and deleted after the test if that passed.
 * What a failed test leaves stays to be looked at.
 */
final class Partition {
  private static final List<Partition> APPLIED = new ArrayList<>();

  private final String name;

  private Partition(String name) {
    this.name = name;
  }

  /** Applies a manifest as kubectl does. */
  static Partition apply(String manifest) {
    var lpar = Lab.CLIENT.getKubernetesSerialization().unmarshal(manifest, Lpar.class);
    lpar.getMetadata().setNamespace(NAMESPACE);
    Lab.CLIENT.resource(lpar).fieldManager("e2e").forceConflicts().serverSideApply();
    var partition = new Partition(lpar.getMetadata().getName());
    APPLIED.add(partition);
    return partition;
  }

  /** A small guest that boots the blade's own kernel; {@code more} is appended to its spec. */
  static String smallGuest(String name, String commandLine, String more) {
    return """
        apiVersion: lpar.dev/v1alpha1
        kind: Lpar
        metadata: { name: %s }
        spec:
          cpu: { vcpus: 1, mode: Shared, serviceRatio: 10 }
          memory: { size: 128Mi, pageSize: 4Ki }
          shutdown: { graceSeconds: 60 }
          firmware: Direct
          directBoot:
            kernel: /boot/lpar/vmlinuz
            initrd: /boot/lpar/guest.cpio.gz
            commandLine: "console=ttyS0 quiet %s"
        %s
        """
        .formatted(name, commandLine, more.indent(2));
  }

  Lpar get() {
    return Lab.CLIENT.resources(Lpar.class).inNamespace(NAMESPACE).withName(name).get();
  }

  void setPower(PowerState state) {
    patch("{\"spec\":{\"powerState\":\"" + wire(state) + "\"}}");
  }

  void patch(String mergePatch) {
    Lab.CLIENT
        .resources(Lpar.class)
        .inNamespace(NAMESPACE)
        .withName(name)
        .patch(PatchContext.of(PatchType.JSON_MERGE), mergePatch);
  }

  private static String wire(PowerState state) {
    return switch (state) {
      case RUNNING -> "Running";
      case STOPPED -> "Stopped";
      case PAUSED -> "Paused";
    };
  }

  Lpar awaitPhase(Phase phase) {
    return awaitState(
        "phase " + phase,
        lpar ->
            lpar.getStatus() != null
                && phase == lpar.getStatus().phase()
                && lpar.getMetadata()
                    .getGeneration()
                    .equals(lpar.getStatus().observedGeneration()));
  }

  Lpar awaitState(String what, Predicate<Lpar> satisfies) {
    return await(name + ": " + what, this::get, lpar -> lpar != null && satisfies.test(lpar));
  }

  /** Waits until the condition has the status and the reason. */
  Condition awaitCondition(String type, String status, String reason) {
    var lpar =
        awaitState(
            type + "=" + status + " (" + reason + ")",
            seen ->
                condition(seen, type)
                    .filter(c -> status.equals(c.getStatus()) && reason.equals(c.getReason()))
                    .isPresent());
    return condition(lpar, type).orElseThrow();
  }

  static Optional<Condition> condition(Lpar lpar, String type) {
    return Optional.ofNullable(lpar.getStatus()).stream()
        .flatMap(status -> Optional.ofNullable(status.conditions()).stream())
        .flatMap(conditions -> conditions.stream())
        .filter(condition -> type.equals(condition.getType()))
        .findFirst();
  }

  /** Waits until the guest's console log has the text. */
  void awaitConsole(String text) {
    await(
        name + ": \"" + text + "\" on the console",
        () -> Lab.console(get()),
        log -> log.contains(text));
  }

  /** Waits until it has no place, for a reason that names the text. */
  void awaitNoPlace(String text) {
    awaitState(
        "no place: " + text,
        seen ->
            condition(seen, "Placed")
                .filter(c -> c.getStatus().equals("False") && c.getMessage().contains(text))
                .isPresent());
  }

  /** Waits until it has so many pass-through devices, and all of them stand so. */
  List<AttachedDevice> awaitDevices(AttachmentReason reason, int count) {
    return devices(
        awaitState(
            count + " devices " + reason,
            seen ->
                devices(seen).size() == count
                    && devices(seen).stream().allMatch(device -> device.reason() == reason)));
  }

  /** Waits until it has none, nor any that it has yet to let go of. */
  void awaitNoDevices() {
    awaitState("no devices", seen -> devices(seen).isEmpty());
  }

  private static List<AttachedDevice> devices(Lpar lpar) {
    return Optional.ofNullable(lpar.getStatus())
        .flatMap(status -> Optional.ofNullable(status.devices()))
        .orElse(List.of());
  }

  /** Runs one line in the shell on the guest's console and gives what it printed. */
  String inGuest(String command) {
    return GuestConsole.run(get(), command);
  }

  /**
   * Fails unless its QEMU is still the same. The guest may also have died by itself: its status, in
   * the message, tells that apart.
   */
  void assertSameGuest(List<Long> pids, String when) {
    var lpar = get();
    assertEquals(
        pids, Lab.qemuPids(lpar), () -> when + ": " + Serialization.asYaml(lpar.getStatus()));
  }

  void startDeleting() {
    Lab.CLIENT.resources(Lpar.class).inNamespace(NAMESPACE).withName(name).delete();
  }

  void delete() {
    startDeleting();
    await(name + " is gone", () -> Optional.ofNullable(get()), Optional::isEmpty);
  }

  /** From here on, what is applied belongs to the test about to begin. */
  static void startTest() {
    APPLIED.clear();
  }

  /** Deletes what the test applied, and waits until it is gone. */
  static void deleteAll() {
    APPLIED.forEach(Partition::startDeleting);
    APPLIED.forEach(Partition::delete);
  }
}
