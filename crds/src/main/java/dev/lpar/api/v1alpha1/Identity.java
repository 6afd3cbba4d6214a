package dev.lpar.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import org.jspecify.annotations.Nullable;

/** What the guest reads in SMBIOS as the identity of its hardware. */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record Identity(
    @JsonPropertyDescription("System UUID. Default: the object's uid.")
        @Size(max = 36)
        @ValidationRule(
            value = "self.matches('^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$')",
            message =
                "identity.uuid has the form 01234567-89ab-cdef-0123-456789abcdef, in lower case")
        @Nullable String uuid,
    @JsonPropertyDescription(
            "System serial number, at most 64 printable ASCII characters. Default: the object's uid.")
        @Size(max = 64)
        @ValidationRule(
            value = "self.matches('^[!-~]([ -~]*[!-~])?$')",
            message =
                "identity.serialNumber has printable ASCII characters alone, no space at either end")
        @Nullable String serialNumber) {}
