package dev.lpar.agent.report;

import dev.lpar.agent.vmexit.ExitFactor;
import dev.lpar.agent.vmexit.ExitFactors;
import dev.lpar.agent.vmexit.ExitRecord;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Writes a trace's records one by one, so that none of a long trace stays in memory. */
enum TraceFormat {
  /** Columns, for people. */
  TEXT("text", "text/plain; charset=utf-8") {
    @Override
    Writer to(Appendable out) {
      return new Text(out);
    }
  },
  /** RFC 4180, without quotes: no name has a comma. */
  CSV("csv", "text/csv; charset=utf-8; header=present") {
    @Override
    Writer to(Appendable out) {
      return new Csv(out);
    }
  },
  /**
   * Chrome's Trace Event Format, as JSON, which Perfetto and chrome://tracing open: a vCPU is a
   * thread, an exit a complete event.
   */
  PERFETTO("perfetto", "application/json") {
    @Override
    Writer to(Appendable out) {
      return new Perfetto(out);
    }
  };

  private final String text;
  private final String contentType;

  TraceFormat(String text, String contentType) {
    this.text = text;
    this.contentType = contentType;
  }

  static Optional<TraceFormat> of(String text) {
    return Arrays.stream(values()).filter(format -> format.text.equals(text)).findFirst();
  }

  static String names() {
    return Arrays.stream(values()).map(format -> format.text).collect(Collectors.joining(", "));
  }

  String contentType() {
    return contentType;
  }

  abstract Writer to(Appendable out);

  /** Takes records in their order. Times are told from the first on. */
  abstract static class Writer {
    final Appendable out;
    private boolean begun;
    private long first;

    Writer(Appendable out) {
      this.out = out;
    }

    final void add(ExitRecord exit) throws IOException {
      if (!begun) {
        begun = true;
        first = exit.nanos();
        begin();
      }
      add(exit, exit.nanos() - first, ExitFactors.of(exit.exit()));
    }

    /** After the last record, or when there was none. */
    final void end() throws IOException {
      if (!begun) {
        begin();
      }
      finish();
    }

    abstract void begin() throws IOException;

    /**
     * @param nanos since the first record's exit; negative where the order is another
     */
    abstract void add(ExitRecord exit, long nanos, ExitFactor factor) throws IOException;

    void finish() throws IOException {}

    static String micros(long nanos) {
      return String.format(Locale.ROOT, "%.3f", nanos / 1e3);
    }
  }

  private static final class Text extends Writer {
    private static final String LINE = "%16s %5s %4s %12s %14s  %-18s  %s%n".replace("%n", "\n");

    Text(Appendable out) {
      super(out);
    }

    @Override
    void begin() throws IOException {
      out.append(
          String.format(
              Locale.ROOT,
              LINE,
              "time/µs",
              "vCPU",
              "CPU",
              "handled/µs",
              "waited/µs",
              "address",
              "factor (group)"));
    }

    @Override
    void add(ExitRecord exit, long nanos, ExitFactor factor) throws IOException {
      out.append(
          String.format(
              Locale.ROOT,
              LINE,
              micros(nanos),
              exit.vcpu(),
              exit.cpu(),
              exit.timed() ? micros(exit.handledNanos()) : "-",
              exit.waitedNanos() == 0 ? "-" : micros(exit.waitedNanos()),
              exit.addressText(),
              factor.name() + " (" + factor.group().text() + ")"));
    }
  }

  private static final class Csv extends Writer {
    private static final List<String> HEADER =
        List.of(
            "time_ns",
            "vcpu",
            "cpu",
            "group",
            "factor",
            "isa",
            "reason",
            "qualifier",
            "address",
            "handled_ns",
            "waited_ns");

    Csv(Appendable out) {
      super(out);
    }

    @Override
    void begin() throws IOException {
      out.append(String.join(",", HEADER)).append("\r\n");
    }

    @Override
    void add(ExitRecord exit, long nanos, ExitFactor factor) throws IOException {
      out.append(
          String.join(
              ",",
              Long.toString(nanos),
              Integer.toString(exit.vcpu()),
              Integer.toString(exit.cpu()),
              factor.group().text(),
              factor.name(),
              exit.exit().isa().name(),
              Long.toString(exit.exit().reason()),
              Integer.toString(exit.exit().qualifier()),
              exit.addressText(),
              exit.timed() ? Long.toString(exit.handledNanos()) : "",
              Long.toString(exit.waitedNanos())));
      out.append("\r\n");
    }
  }

  private static final class Perfetto extends Writer {
    private final TreeSet<Integer> vcpus = new TreeSet<>();
    private String separator = "";

    Perfetto(Appendable out) {
      super(out);
    }

    @Override
    void begin() throws IOException {
      out.append("{\"displayTimeUnit\":\"ns\",\"traceEvents\":[");
    }

    @Override
    void add(ExitRecord exit, long nanos, ExitFactor factor) throws IOException {
      vcpus.add(exit.vcpu());
      var lasted = exit.timed() ? exit.handledNanos() + exit.waitedNanos() : 0;
      event(
          "{\"name\":\"%s\",\"cat\":\"%s\",\"ph\":\"X\",\"ts\":%s,\"dur\":%s,\"pid\":1,\"tid\":%d,"
                  .formatted(
                      factor.name(),
                      factor.group().text(),
                      micros(nanos),
                      micros(lasted),
                      exit.vcpu())
              + "\"args\":{\"address\":\"%s\",\"cpu\":%d,\"reason\":%d,\"qualifier\":%d,\"waited_us\":%s}}"
                  .formatted(
                      exit.addressText(),
                      exit.cpu(),
                      exit.exit().reason(),
                      exit.exit().qualifier(),
                      micros(exit.waitedNanos())));
    }

    @Override
    void finish() throws IOException {
      for (int vcpu : vcpus) {
        event(
            "{\"name\":\"thread_name\",\"ph\":\"M\",\"pid\":1,\"tid\":%d,\"args\":{\"name\":\"vCPU %d\"}}"
                .formatted(vcpu, vcpu));
      }
      out.append("\n]}\n");
    }

    private void event(String json) throws IOException {
      out.append(separator).append("\n").append(json);
      separator = ",";
    }
  }
}
