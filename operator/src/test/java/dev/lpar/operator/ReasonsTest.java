package dev.lpar.operator;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.lpar.api.v1alpha1.AttachmentReason;
import dev.lpar.api.v1alpha1.EntitlementReason;
import dev.lpar.api.v1alpha1.PartitionReason;
import dev.lpar.api.v1alpha1.TraceReason;
import dev.lpar.operator.plan.BladeReason;
import dev.lpar.operator.plan.DeviceReason;
import dev.lpar.operator.plan.LparReason;
import dev.lpar.operator.plan.Reason;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ReasonsTest {
  @Test
  void conditionsUseTheWordsOfTheApi() throws Exception {
    for (var reason : PartitionReason.values()) {
      var property =
          PartitionReason.class.getField(reason.name()).getAnnotation(JsonProperty.class);
      assertEquals(property.value(), Reason.word(reason.name()));
    }
    for (var reason : EntitlementReason.values()) {
      var property =
          EntitlementReason.class.getField(reason.name()).getAnnotation(JsonProperty.class);
      assertEquals(property.value(), Reason.word(reason.name()));
    }
    for (var reason : AttachmentReason.values()) {
      var property =
          AttachmentReason.class.getField(reason.name()).getAnnotation(JsonProperty.class);
      assertEquals(property.value(), Reason.word(reason.name()));
    }
    for (var reason : TraceReason.values()) {
      var property = TraceReason.class.getField(reason.name()).getAnnotation(JsonProperty.class);
      assertEquals(property.value(), Reason.word(reason.name()));
    }
  }

  @Test
  void everyReasonIsInTheDocumentation() throws Exception {
    var page = Files.readString(Path.of("../docs/concepts/conditions.md"));
    var words =
        Stream.of(
                Arrays.stream(LparReason.values()).map(Reason::word),
                Arrays.stream(DeviceReason.values()).map(Reason::word),
                Arrays.stream(BladeReason.values()).map(Reason::word),
                Arrays.stream(EntitlementReason.values()).map(r -> Reason.word(r.name())),
                Arrays.stream(AttachmentReason.values()).map(r -> Reason.word(r.name())),
                Arrays.stream(TraceReason.values()).map(r -> Reason.word(r.name())),
                Arrays.stream(PartitionReason.values()).map(r -> Reason.word(r.name())))
            .flatMap(s -> s);
    assertEquals(List.of(), words.filter(word -> !page.contains("`" + word + "`")).toList());
  }
}
