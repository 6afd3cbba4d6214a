package dev.lpar.operator;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.type;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import dev.lpar.api.v1alpha1.AttachedDevice;
import dev.lpar.api.v1alpha1.AttachmentReason;
import dev.lpar.api.v1alpha1.BladeDevice;
import dev.lpar.api.v1alpha1.BladeTraceStatus;
import dev.lpar.api.v1alpha1.EntitlementReason;
import dev.lpar.api.v1alpha1.PartitionCpu;
import dev.lpar.api.v1alpha1.PartitionMemory;
import dev.lpar.api.v1alpha1.PartitionReason;
import dev.lpar.api.v1alpha1.PartitionStatus;
import dev.lpar.api.v1alpha1.Phase;
import dev.lpar.api.v1alpha1.TracePhase;
import dev.lpar.api.v1alpha1.TraceReason;
import dev.lpar.api.v1alpha1.TraceResult;
import dev.lpar.api.v1alpha1.VmExits;
import java.time.Instant;

@AnalyzeClasses(packages = "dev.lpar.operator", importOptions = DoNotIncludeTests.class)
class ArchitectureTest {

  /** Records and enums of the API that carry nothing of Kubernetes. */
  @ArchTest
  static final ArchRule plansArePure =
      classes()
          .that()
          .resideInAPackage("..operator.plan..")
          .should()
          .onlyDependOnClassesThat(
              resideInAnyPackage(
                      "dev.lpar.operator.plan..",
                      "dev.lpar.model..",
                      "java.lang..",
                      "java.util..",
                      "java.time..",
                      "org.jspecify..")
                  .or(type(AttachedDevice.class))
                  .or(type(AttachmentReason.class))
                  .or(type(BladeDevice.class))
                  .or(type(EntitlementReason.class))
                  .or(type(PartitionCpu.class))
                  .or(type(PartitionMemory.class))
                  .or(type(PartitionReason.class))
                  .or(type(PartitionStatus.class))
                  .or(type(Phase.class))
                  .or(type(TracePhase.class))
                  .or(type(TraceReason.class))
                  .or(type(TraceResult.class))
                  .or(type(BladeTraceStatus.class))
                  .or(type(VmExits.class)));

  @ArchTest
  static final ArchRule plansHaveNoClock =
      noClasses()
          .that()
          .resideInAPackage("..operator.plan..")
          .should()
          .callMethod(Instant.class, "now")
          .orShould()
          .dependOnClassesThat()
          .haveFullyQualifiedName("java.time.Clock")
          .orShould()
          .dependOnClassesThat()
          .haveFullyQualifiedName("java.util.Random");

  @ArchTest
  static final ArchRule reconcilersWriteThroughApply =
      noClasses()
          .that()
          .resideInAPackage("..operator.reconcile..")
          .should()
          .dependOnClassesThat()
          .haveFullyQualifiedName("io.fabric8.kubernetes.client.KubernetesClient");

  @ArchTest
  static final ArchRule theAgentIsAnotherProgram =
      noClasses().should().dependOnClassesThat().resideInAPackage("dev.lpar.agent..");
}
