package dev.lpar.agent;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.time.Clock;
import java.time.Instant;
import java.time.InstantSource;

/** Walls within the agent: what may see what. */
@AnalyzeClasses(
    packages = {"dev.lpar.agent", "dev.lpar.model"},
    importOptions = ImportOption.DoNotIncludeTests.class)
class WallsTest {
  private static final DescribedPredicate<JavaClass> IN_PURE_REACH =
      JavaClass.Predicates.resideInAnyPackage(
          "dev.lpar.agent.plan..",
          "dev.lpar.agent.vmexit",
          "dev.lpar.model..",
          "java.lang",
          "java.lang.invoke",
          "java.lang.runtime",
          "java.time",
          "java.util",
          "java.util.function",
          "java.util.regex",
          "java.util.stream",
          "org.jspecify.annotations");

  @ArchTest
  static final ArchRule planSeesTheModelAndItsOwnTypesAlone =
      classes()
          .that()
          .resideInAPackage("dev.lpar.agent.plan..")
          .should()
          .onlyDependOnClassesThat(IN_PURE_REACH);

  @ArchTest
  static final ArchRule exitAccountingIsAsPure =
      classes()
          .that()
          .resideInAPackage("dev.lpar.agent.vmexit")
          .should()
          .onlyDependOnClassesThat(IN_PURE_REACH);

  @ArchTest
  static final ArchRule planHasNoClock =
      noClasses()
          .that()
          .resideInAnyPackage("dev.lpar.agent.plan..", "dev.lpar.agent.vmexit")
          .should()
          .dependOnClassesThat()
          .belongToAnyOf(Clock.class, InstantSource.class, System.class, Thread.class)
          .orShould()
          .callMethod(Instant.class, "now");

  @ArchTest
  static final ArchRule agentCallsNoNativeCode =
      noClasses().should().dependOnClassesThat().resideInAPackage("java.lang.foreign..");

  @ArchTest
  static final ArchRule agentNeverSeesTheOperator =
      noClasses().should().dependOnClassesThat().resideInAPackage("dev.lpar.operator..");

  @ArchTest
  static final ArchRule onlyReportTalksToKubernetes =
      noClasses()
          .that()
          .resideOutsideOfPackage("dev.lpar.agent.report..")
          .and()
          .resideInAPackage("dev.lpar.agent..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("io.fabric8.kubernetes.client..");

  @ArchTest
  static final ArchRule theEndpointServesWhateverItIsGiven =
      noClasses()
          .that()
          .resideInAPackage("dev.lpar.agent.endpoint..")
          .should()
          .dependOnClassesThat(
              JavaClass.Predicates.resideInAPackage("dev.lpar.agent..")
                  .and(
                      DescribedPredicate.not(
                          JavaClass.Predicates.resideInAPackage("dev.lpar.agent.endpoint.."))));

  @ArchTest
  static final ArchRule observingChangesNothing =
      noClasses()
          .that()
          .resideInAPackage("dev.lpar.agent.observe..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("dev.lpar.agent.execute..", "dev.lpar.agent.report..");

  @ArchTest
  static final ArchRule executingDecidesNothing =
      noClasses()
          .that()
          .resideInAPackage("dev.lpar.agent.execute..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("dev.lpar.agent.observe..", "dev.lpar.agent.report..")
          .orShould()
          .dependOnClassesThat()
          .haveSimpleName("HostPlanner");
}
