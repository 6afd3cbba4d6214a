package dev.lpar.model;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.time.Clock;
import java.util.Random;

/** The model is values: what the operator and the agent decide with has no other input. */
@AnalyzeClasses(packages = "dev.lpar", importOptions = ImportOption.DoNotIncludeTests.class)
class ModelWallTest {
  @ArchTest
  static final ArchRule theModelUsesTheJdkAlone =
      classes()
          .that()
          .resideInAPackage("dev.lpar.model..")
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage(
              "dev.lpar.model..",
              "java.lang",
              "java.lang.runtime",
              "java.util..",
              "java.math",
              "java.time..",
              "org.jspecify.annotations");

  @ArchTest
  static final ArchRule theModelDoesNoInputOrOutputAndStartsNothing =
      noClasses()
          .that()
          .resideInAPackage("dev.lpar.model..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "java.io..",
              "java.nio..",
              "java.net..",
              "java.util.concurrent..",
              "java.util.logging..",
              "java.lang.foreign..")
          .orShould()
          .dependOnClassesThat()
          .belongToAnyOf(
              System.class, Thread.class, Runtime.class, Process.class, ProcessBuilder.class);

  @ArchTest
  static final ArchRule theModelHasNoClockAndNoDice =
      noClasses()
          .that()
          .resideInAPackage("dev.lpar.model..")
          .should()
          .dependOnClassesThat()
          .belongToAnyOf(Clock.class, Random.class)
          .orShould()
          .callMethodWhere(
              com.tngtech.archunit.core.domain.JavaCall.Predicates.target(
                  com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching(
                      "now|randomUUID|random")));

  @ArchTest
  static final ArchRule theApiTypesDoNoInputOrOutput =
      noClasses()
          .that()
          .resideInAPackage("dev.lpar.api..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "java.io..", "java.nio..", "java.net..", "io.fabric8.kubernetes.client.dsl..")
          .because("they are data; Fabric8's base class is all of the client they know");
}
