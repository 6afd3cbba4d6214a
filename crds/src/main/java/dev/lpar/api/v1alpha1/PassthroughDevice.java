package dev.lpar.api.v1alpha1;

import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn;
import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn.Type;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.ShortNames;
import io.fabric8.kubernetes.model.annotation.Version;

/** A PCI device of a blade, known by what it is, not by where it sits today. */
@Group(ApiGroup.NAME)
@Version(ApiGroup.VERSION)
@ShortNames("ptd")
@AdditionalPrinterColumn(name = "Blade", jsonPath = ".spec.blade", type = Type.STRING)
@AdditionalPrinterColumn(name = "Address", jsonPath = ".status.address", type = Type.STRING)
@AdditionalPrinterColumn(name = "Group", jsonPath = ".status.iommuGroup", type = Type.INTEGER)
@AdditionalPrinterColumn(name = "Driver", jsonPath = ".status.driver.current", type = Type.STRING)
@AdditionalPrinterColumn(
    name = "Claimed by",
    jsonPath = ".status.claimedBy.name",
    type = Type.STRING)
@AdditionalPrinterColumn(
    name = "Assignable",
    jsonPath = ".status.conditions[?(@.type==\"Assignable\")].status",
    type = Type.STRING)
@AdditionalPrinterColumn(
    name = "Reason",
    jsonPath = ".status.conditions[?(@.type==\"Ready\")].reason",
    type = Type.STRING)
@AdditionalPrinterColumn(
    name = "Description",
    jsonPath = ".status.description",
    type = Type.STRING,
    priority = 1)
@AdditionalPrinterColumn(
    name = "Present",
    jsonPath = ".status.conditions[?(@.type==\"Present\")].status",
    type = Type.STRING)
@AdditionalPrinterColumn(name = "Age", jsonPath = ".metadata.creationTimestamp", type = Type.DATE)
public class PassthroughDevice
    extends CustomResource<PassthroughDeviceSpec, PassthroughDeviceStatus> {}
