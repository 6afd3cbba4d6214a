package dev.lpar.api.v1alpha1;

import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn;
import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn.Type;
import io.fabric8.kubernetes.api.model.Namespaced;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.ShortNames;
import io.fabric8.kubernetes.model.annotation.Version;

/** One partition's VM exits in sequence, recorded once and for a bounded time. */
@Group(ApiGroup.NAME)
@Version(ApiGroup.VERSION)
@ShortNames("xt")
@AdditionalPrinterColumn(name = "Lpar", jsonPath = ".spec.lpar", type = Type.STRING)
@AdditionalPrinterColumn(name = "Phase", jsonPath = ".status.phase", type = Type.STRING)
@AdditionalPrinterColumn(
    name = "Reason",
    jsonPath = ".status.conditions[?(@.type==\"Complete\")].reason",
    type = Type.STRING)
@AdditionalPrinterColumn(name = "Blade", jsonPath = ".status.blade", type = Type.STRING)
@AdditionalPrinterColumn(name = "Records", jsonPath = ".status.result.records", type = Type.INTEGER)
@AdditionalPrinterColumn(name = "Lost", jsonPath = ".status.result.lost", type = Type.INTEGER)
@AdditionalPrinterColumn(name = "Age", jsonPath = ".metadata.creationTimestamp", type = Type.DATE)
public class ExitTrace extends CustomResource<ExitTraceSpec, ExitTraceStatus>
    implements Namespaced {}
