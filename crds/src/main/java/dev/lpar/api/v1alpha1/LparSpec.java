package dev.lpar.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import io.soabase.recordbuilder.core.RecordBuilder;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a user declares about a partition. A null component is a field left out. */
@RecordBuilder
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@ValidationRule(
    value = "!(has(self.firmware) && self.firmware == 'Direct') || has(self.directBoot)",
    message = "firmware Direct needs directBoot.kernel: the kernel's path on the blade")
@ValidationRule(
    value = "!has(self.directBoot) || (has(self.firmware) && self.firmware == 'Direct')",
    message = "directBoot is used with firmware: Direct alone; set it, or remove directBoot")
@ValidationRule(
    value =
        "(has(self.firmware) && self.firmware == 'Direct') || (has(self.disks) && size(self.disks) > 0)",
    message =
        "firmware UEFI (the default) and BIOS boot from a disk: add one to disks, or use firmware: Direct")
@ValidationRule(
    value =
        "!(has(self.firmware) && self.firmware == 'Direct') || !has(self.disks) || self.disks.all(d, !has(d.bootIndex))",
    message =
        "firmware Direct boots directBoot.kernel, never a disk: remove bootIndex from disks, or use firmware UEFI or BIOS")
@ValidationRule(
    value =
        "has(self.identity) == has(oldSelf.identity) && (!has(self.identity) || self.identity == oldSelf.identity)",
    message =
        "identity is fixed for the partition's life: create another Lpar for another identity")
public record LparSpec(
    @JsonPropertyDescription(
            "Whether the partition runs: Running (default), Stopped (powered off; it keeps its place) or Paused"
                + " (its vCPUs stand still, memory stays).")
        @Nullable PowerState powerState,
    @JsonPropertyDescription("How the guest is powered off.") @Nullable Shutdown shutdown,
    @JsonPropertyDescription(
            "What follows a guest panic or the death of its QEMU: Restart (default; with a growing delay,"
                + " counted in status.restarts), Stop, or Preserve (a panicked guest is kept, paused, for"
                + " examination; a dead one stays down).")
        @Nullable OnCrash onCrash,
    @JsonPropertyDescription("On which blade the partition may live. Default: any that has room.")
        @Nullable Placement placement,
    @JsonPropertyDescription("The partition's processors.") @Required Cpu cpu,
    @JsonPropertyDescription("The partition's memory.") @Required Memory memory,
    @JsonPropertyDescription(
            "What starts the guest: UEFI (default; its variables are kept per partition), BIOS, or Direct (the"
                + " kernel named in directBoot).")
        @Nullable Firmware firmware,
    @JsonPropertyDescription("Kernel and initrd on the blade. With firmware: Direct alone.")
        @Nullable DirectBoot directBoot,
    @JsonPropertyDescription(
            "Raw block devices of the blade that the guest uses: no file format, no cache of the host, so that"
                + " the same disk also boots on bare metal.")
        @Size(max = 16)
        @ValidationRule(
            value = "self.all(d, self.exists_one(e, e.blockDevice == d.blockDevice))",
            message = "two disks have the same blockDevice: every disk needs one of its own")
        @ValidationRule(
            value =
                "self.all(d, !has(d.bootIndex) || self.exists_one(e, has(e.bootIndex) && e.bootIndex == d.bootIndex))",
            message = "two disks have the same bootIndex: the boot order must be unambiguous")
        @Nullable List<Disk> disks,
    @JsonPropertyDescription(
            "PCI devices that the guest owns: every command it gives them and every answer is the hardware's. Claimed"
                + " when the partition is placed, with all else in their IOMMU groups, and kept until the"
                + " partition is deleted or the list drops them. Can be changed while the guest runs.")
        @Size(max = 8)
        @ValidationRule(
            value =
                "self.all(d, !has(d.passthroughDevice) || self.exists_one(e, has(e.passthroughDevice) && e.passthroughDevice == d.passthroughDevice))",
            message =
                "two devices name the same passthroughDevice: every device needs one of its own")
        @Nullable List<DeviceRequest> devices,
    @JsonPropertyDescription(
            "What the guest reads as its hardware's identity (SMBIOS). Default: derived from the object's uid."
                + " Fixed for the partition's life.")
        @Nullable Identity identity) {}
