package dev.lpar.api.v1alpha1;

import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn;
import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn.Type;
import io.fabric8.kubernetes.api.model.Namespaced;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.ShortNames;
import io.fabric8.kubernetes.model.annotation.Version;

/** A logical partition of a blade server. The user alone writes its spec. */
@Group(ApiGroup.NAME)
@Version(ApiGroup.VERSION)
@ShortNames("lp")
@AdditionalPrinterColumn(name = "Phase", jsonPath = ".status.phase", type = Type.STRING)
@AdditionalPrinterColumn(name = "Blade", jsonPath = ".status.blade", type = Type.STRING)
@AdditionalPrinterColumn(name = "CPU", jsonPath = ".status.cpu.summary", type = Type.STRING)
@AdditionalPrinterColumn(name = "Memory", jsonPath = ".spec.memory.size", type = Type.STRING)
@AdditionalPrinterColumn(
    name = "Exits/s",
    jsonPath = ".status.vmExits.perSecond",
    type = Type.STRING)
@AdditionalPrinterColumn(
    name = "Overhead",
    jsonPath = ".status.vmExits.overheadPercent",
    type = Type.STRING)
@AdditionalPrinterColumn(
    name = "Devices",
    jsonPath = ".status.devices[*].passthroughDevice",
    type = Type.STRING,
    priority = 1)
@AdditionalPrinterColumn(
    name = "Pins",
    jsonPath = ".status.cpu.vcpuPins",
    type = Type.STRING,
    priority = 1)
@AdditionalPrinterColumn(
    name = "Entitled",
    jsonPath = ".status.cpu.entitledCpus",
    type = Type.STRING,
    priority = 1)
@AdditionalPrinterColumn(
    name = "Used",
    jsonPath = ".status.cpu.usedCpus",
    type = Type.STRING,
    priority = 1)
@AdditionalPrinterColumn(
    name = "Steal",
    jsonPath = ".status.cpu.stealPercent",
    type = Type.STRING,
    priority = 1)
@AdditionalPrinterColumn(
    name = "Reason",
    jsonPath = ".status.conditions[?(@.type==\"Ready\")].reason",
    type = Type.STRING,
    priority = 1)
@AdditionalPrinterColumn(name = "Age", jsonPath = ".metadata.creationTimestamp", type = Type.DATE)
public class Lpar extends CustomResource<LparSpec, LparStatus> implements Namespaced {}
