package dev.lpar.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Which exits a trace keeps: those that every field given admits. */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record ExitTraceFilter(
    @JsonPropertyDescription(
            "Groups to keep: MMIO, Interrupt, Instruction emulation, ACPI timer, Halt, Page fault, CR access, MMU, Other.")
        @Size(min = 1, max = 9)
        @ValidationRule(
            value =
                "self.all(g, g in ['MMIO', 'Interrupt', 'Instruction emulation', 'ACPI timer', 'Halt', 'Page fault',"
                    + " 'CR access', 'MMU', 'Other'])",
            message =
                "filter.groups has names of groups: MMIO, Interrupt, Instruction emulation, ACPI timer, Halt,"
                    + " Page fault, CR access, MMU, Other")
        @Nullable List<String> groups,
    @JsonPropertyDescription(
            "Factors to keep, by their names in status.vmExits.factors of the Lpar, such as CR3 write.")
        @Size(min = 1, max = 32)
        @ValidationRule(
            value = "self.all(f, f.matches('^[!-~]([ -~]{0,61}[!-~])?$'))",
            message =
                "filter.factors has names of factors, such as CR3 write (docs/reference/vm-exits.md has them all)")
        @Nullable List<String> factors,
    @JsonPropertyDescription("vCPUs to keep, in list format, such as 0,2-3.")
        @Size(max = 256)
        @ValidationRule(
            value = "self.matches('^[0-9]{1,4}(-[0-9]{1,4})?(,[0-9]{1,4}(-[0-9]{1,4})?)*$')",
            message = "filter.vcpus is a list of vCPUs, such as 0,2-3")
        @Nullable String vcpus,
    @JsonPropertyDescription(
            "Shortest exit to keep, in microseconds without time halted or stopped, 0 to 1000000. Default: 0.")
        @Min(0)
        @Max(1_000_000)
        @Nullable Integer minMicros) {}
