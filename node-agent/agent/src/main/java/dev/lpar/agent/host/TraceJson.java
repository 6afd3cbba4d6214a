package dev.lpar.agent.host;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.lpar.agent.plan.ObservedTrace;
import dev.lpar.agent.plan.ObservedTrace.Ended;
import dev.lpar.agent.plan.ObservedTrace.Result;
import dev.lpar.agent.plan.TraceId;
import dev.lpar.agent.plan.TraceReason;
import dev.lpar.agent.vmexit.ExitFactor;
import dev.lpar.agent.vmexit.ExitGroup;
import dev.lpar.agent.vmexit.TraceDigest.Instruction;
import dev.lpar.agent.vmexit.TraceDigest.Line;
import dev.lpar.agent.vmexit.TraceDigest.Sum;
import dev.lpar.model.LparId;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The text of {@code trace.json}. Fields a newer agent may add are passed over. */
final class TraceJson {
  private static final ObjectMapper JSON =
      JsonMapper.builder()
          .enable(SerializationFeature.INDENT_OUTPUT)
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .build();

  private TraceJson() {}

  @JsonInclude(JsonInclude.Include.NON_NULL)
  private record TraceFile(
      String id,
      String partition,
      long pid,
      long sizeBytes,
      String startedAt,
      @Nullable EndFile ended) {}

  @JsonInclude(JsonInclude.Include.NON_NULL)
  private record EndFile(
      TraceReason reason,
      @Nullable String message,
      String at,
      long records,
      long lost,
      List<LineFile> factors,
      List<LineFile> instructions) {}

  /**
   * @param address of an instruction; null for a factor as a whole
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  private record LineFile(
      String factor,
      ExitGroup group,
      @Nullable Long address,
      long count,
      long nanos,
      long maxNanos) {
    static LineFile of(ExitFactor factor, @Nullable Long address, Sum sum) {
      return new LineFile(
          factor.name(), factor.group(), address, sum.count(), sum.nanos(), sum.maxNanos());
    }

    ExitFactor named() {
      return new ExitFactor(factor, group);
    }

    Sum sum() {
      return new Sum(count, nanos, maxNanos);
    }
  }

  static byte[] write(ObservedTrace trace) {
    try {
      return JSON.writeValueAsBytes(
          new TraceFile(
              trace.id().text(),
              trace.partition().text(),
              trace.pid(),
              trace.sizeBytes(),
              trace.startedAt().toString(),
              trace.ended() == null ? null : end(trace.ended())));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a trace that can't be written down: " + trace, e);
    }
  }

  private static EndFile end(Ended ended) {
    var result = ended.result();
    return new EndFile(
        ended.reason(),
        ended.message(),
        ended.at().toString(),
        result.records(),
        result.lost(),
        result.factors().stream().map(line -> LineFile.of(line.of(), null, line.sum())).toList(),
        result.instructions().stream()
            .map(line -> LineFile.of(line.of().factor(), line.of().address(), line.sum()))
            .toList());
  }

  /**
   * @throws IOException when it isn't such a text
   */
  static ObservedTrace read(byte[] text) throws IOException {
    var file = JSON.readValue(text, TraceFile.class);
    try {
      return new ObservedTrace(
          new TraceId(file.id),
          new LparId(file.partition),
          file.pid,
          file.sizeBytes,
          Instant.parse(file.startedAt),
          file.ended == null ? null : end(file.ended));
    } catch (RuntimeException e) {
      throw new IOException("not a trace: " + e, e);
    }
  }

  private static Ended end(EndFile file) {
    return new Ended(
        file.reason,
        file.message,
        Instant.parse(file.at),
        new Result(
            file.records,
            file.lost,
            file.factors.stream().map(line -> new Line<>(line.named(), line.sum())).toList(),
            file.instructions.stream()
                .map(
                    line ->
                        new Line<>(
                            new Instruction(line.address == null ? 0 : line.address, line.named()),
                            line.sum()))
                .toList()));
  }
}
