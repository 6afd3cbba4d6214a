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
        @Size(min = 1, max = 1024)
        @ValidationRule(
            value = "self.startsWith('/')",
            message = "directBoot.kernel must be an absolute path on the blade")
        String kernel,
    @JsonPropertyDescription("Absolute path of the initial RAM disk on the blade.")
        @Size(min = 1, max = 1024)
        @ValidationRule(
            value = "self.startsWith('/')",
            message = "directBoot.initrd must be an absolute path on the blade")
        @Nullable String initrd,
    @JsonPropertyDescription("The kernel's command line, such as console=ttyS0.") @Size(max = 2048)
        @Nullable String commandLine) {}
