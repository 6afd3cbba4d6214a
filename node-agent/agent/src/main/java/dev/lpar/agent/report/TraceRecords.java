package dev.lpar.agent.report;

import com.sun.net.httpserver.HttpExchange;
import dev.lpar.agent.endpoint.Access;
import dev.lpar.agent.endpoint.Answer;
import dev.lpar.agent.endpoint.Route;
import dev.lpar.agent.host.TraceFiles;
import dev.lpar.agent.plan.Desired;
import dev.lpar.agent.plan.TraceOrder;
import dev.lpar.agent.vmexit.tracer.TraceLayout;
import dev.lpar.api.v1alpha1.ApiGroup;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Gives out the records of traces: {@code /traces/NAMESPACE/NAME?format=text}, {@code csv} or
 * {@code perfetto}, to those who may get {@code exittraces/records} of that name. Of a trace that
 * is being taken those are given that are there.
 */
public final class TraceRecords {
  private static final String PREFIX = "/traces/";
  private static final Pattern PATH =
      Pattern.compile(PREFIX + "([a-z0-9-]{1,63})/([a-z0-9.-]{1,253})");

  private static final String FORMAT = "format=";

  /** Records that are read at once. */
  private static final int CHUNK = 1024;

  private final Supplier<Desired> desired;
  private final TraceFiles files;

  public TraceRecords(Supplier<Desired> desired, TraceFiles files) {
    this.desired = desired;
    this.files = files;
  }

  public Route<Access.Resource> route() {
    return new Route<>(PREFIX, TraceRecords::access, this::give);
  }

  private static Optional<Access.Resource> access(String path) {
    var match = PATH.matcher(path);
    return match.matches()
        ? Optional.of(
            new Access.Resource(
                ApiGroup.NAME, "exittraces", "records", "get", match.group(1), match.group(2)))
        : Optional.empty();
  }

  private void give(HttpExchange exchange, Access.Resource trace) throws IOException {
    var asked = format(exchange.getRequestURI().getQuery());
    var format = TraceFormat.of(asked);
    if (format.isEmpty()) {
      Answer.text(400, "format is one of: " + TraceFormat.names() + "; not: " + asked)
          .send(exchange);
      return;
    }
    var file = order(trace).flatMap(order -> files.file(order.id()));
    if (file.isEmpty()) {
      Answer.text(
              404,
              "this blade has no records of the ExitTrace %s/%s; its status.blade says which has"
                  .formatted(trace.namespace(), trace.name()))
          .send(exchange);
      return;
    }
    exchange.getResponseHeaders().set("Content-Type", format.get().contentType());
    exchange.sendResponseHeaders(200, 0);
    try (var out =
        new BufferedWriter(
            new OutputStreamWriter(exchange.getResponseBody(), StandardCharsets.UTF_8))) {
      write(file.get(), format.get().to(out));
    }
  }

  private static String format(@Nullable String query) {
    if (query == null) {
      return "text";
    }
    return query.startsWith(FORMAT) ? query.substring(FORMAT.length()) : query;
  }

  private Optional<TraceOrder> order(Access.Resource trace) {
    return desired.get() instanceof Desired.Known known
        ? known.traces().stream()
            .filter(
                order ->
                    order.namespace().equals(trace.namespace())
                        && order.name().equals(trace.name()))
            .findFirst()
        : Optional.empty();
  }

  private static void write(Path file, TraceFormat.Writer writer) throws IOException {
    var chunk = ByteBuffer.allocate(CHUNK * TraceLayout.RECORD_SIZE).order(ByteOrder.nativeOrder());
    try (var in = FileChannel.open(file)) {
      while (in.read(chunk) >= 0) {
        chunk.flip();
        while (chunk.remaining() >= TraceLayout.RECORD_SIZE) {
          writer.add(
              TraceLayout.read(
                  chunk
                      .slice(chunk.position(), TraceLayout.RECORD_SIZE)
                      .order(ByteOrder.nativeOrder())));
          chunk.position(chunk.position() + TraceLayout.RECORD_SIZE);
        }
        chunk.compact();
      }
    }
    writer.end();
  }
}
