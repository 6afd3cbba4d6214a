package dev.lpar.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import org.jspecify.annotations.Nullable;

/** A kernel that the guest starts with, without firmware's help. */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record DirectBoot(
    @JsonPropertyDescription("Absolute path of the kernel on the blade, such as /boot/vmlinuz.")
        @Required
        @Size(max = 1024)
        @ValidationRule(
            value = "self.matches('^/[^[:cntrl:]]+$')",
            message =
                "directBoot.kernel must be an absolute path on the blade, such as /boot/vmlinuz")
        String kernel,
    @JsonPropertyDescription("Absolute path of the initial RAM disk on the blade.")
        @Size(max = 1024)
        @ValidationRule(
            value = "self.matches('^/[^[:cntrl:]]+$')",
            message =
                "directBoot.initrd must be an absolute path on the blade, such as /boot/initrd.img")
        @Nullable String initrd,
    @JsonPropertyDescription(
            "The kernel's command line, such as console=ttyS0: one line of at most 2047 characters. Default:"
                + " empty.")
        @Size(max = 2047)
        @ValidationRule(
            value = "self.matches('^[^[:cntrl:]]*$')",
            message =
                "directBoot.commandLine must be one line without control characters; YAML's > and | end it with a line end, >- and |- don't")
        @Nullable String commandLine) {}
