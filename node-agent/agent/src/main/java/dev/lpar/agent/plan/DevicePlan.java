package dev.lpar.agent.plan;

import dev.lpar.agent.plan.HostStep.PartitionStep;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * What to do about the devices of one partition.
 *
 * @param release gives back to the host what the partition no longer has, and asks the running
 *     guest to let go of what it is not to have
 * @param hold takes from the host what it has
 * @param guest gives them to the running guest
 * @param slots in the guest, to be written down before the guest is given or asked for anything
 * @param attachments to be told
 * @param complete whether a guest that is yet to run has all of them once the steps are done
 */
record DevicePlan(
    List<PartitionStep> release,
    List<PartitionStep> hold,
    List<PartitionStep> guest,
    Map<String, GuestSlot> slots,
    List<Attachment> attachments,
    boolean complete) {

  DevicePlan {
    release = List.copyOf(release);
    hold = List.copyOf(hold);
    guest = List.copyOf(guest);
    slots = Map.copyOf(slots);
    attachments = List.copyOf(attachments);
  }

  /**
   * For a guest that is there. What it no longer has goes first: that nothing takes its place yet
   * is no reason to keep it.
   */
  List<PartitionStep> whileLive() {
    return Stream.of(release, hold, guest).flatMap(List::stream).toList();
  }

  /** Nothing is known of what is wanted: nothing is done. */
  static DevicePlan undecided(Map<String, GuestSlot> slots) {
    return new DevicePlan(List.of(), List.of(), List.of(), slots, List.of(), true);
  }

  /** What keeps devices from the guest, in words; empty when nothing does. */
  String trouble() {
    return String.join(
        "; ",
        attachments.stream()
            .filter(attachment -> attachment.state().trouble())
            .map(Attachment::sentence)
            .toList());
  }
}
