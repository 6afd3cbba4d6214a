package dev.lpar.api.v1alpha1;

import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn;
import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn.Type;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.ShortNames;
import io.fabric8.kubernetes.model.annotation.Version;

/**
 * A blade server, named as its Node. The contract between operator and agent: {@code
 * spec.partitions} says what the blade has to run, {@code status} what it runs. It is made when a
 * Node is labelled {@value ApiGroup#BLADE_LABEL}.
 */
@Group(ApiGroup.NAME)
@Version(ApiGroup.VERSION)
@ShortNames("bl")
@AdditionalPrinterColumn(
    name = "Ready",
    jsonPath = ".status.conditions[?(@.type==\"Ready\")].status",
    type = Type.STRING)
@AdditionalPrinterColumn(name = "ISA", jsonPath = ".status.virtualization.isa", type = Type.STRING)
@AdditionalPrinterColumn(name = "CPUs", jsonPath = ".status.allocatable.cpus", type = Type.INTEGER)
@AdditionalPrinterColumn(name = "Host", jsonPath = ".status.cpuSets.host", type = Type.STRING)
@AdditionalPrinterColumn(
    name = "Dedicated",
    jsonPath = ".status.cpuSets.dedicated",
    type = Type.STRING)
@AdditionalPrinterColumn(name = "Shared", jsonPath = ".status.cpuSets.shared", type = Type.STRING)
@AdditionalPrinterColumn(
    name = "Ratio",
    jsonPath = ".status.allocated.serviceRatio",
    type = Type.INTEGER)
@AdditionalPrinterColumn(
    name = "vCPU/CPU",
    jsonPath = ".status.allocated.vcpusPerSharedCpu",
    type = Type.STRING)
@AdditionalPrinterColumn(
    name = "Memory",
    jsonPath = ".status.allocatable.memory",
    type = Type.STRING)
@AdditionalPrinterColumn(
    name = "Partitions",
    jsonPath = ".status.allocated.partitions",
    type = Type.INTEGER)
@AdditionalPrinterColumn(
    name = "Maintenance",
    jsonPath = ".spec.maintenance",
    type = Type.BOOLEAN,
    priority = 1)
@AdditionalPrinterColumn(name = "Age", jsonPath = ".metadata.creationTimestamp", type = Type.DATE)
public class Blade extends CustomResource<BladeSpec, BladeStatus> {}
