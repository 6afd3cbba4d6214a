package dev.lpar.agent.host;

import dev.lpar.agent.vmexit.counter.CounterLayout;
import dev.lpar.agent.vmexit.counter.CounterPrograms;
import dev.lpar.agent.vmexit.tracer.TracerPrograms;
import dev.lpar.linux.BpfLink;
import dev.lpar.linux.BpfMap;
import dev.lpar.linux.BpfProgram;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Programs of ours on the tracepoints, attached as the agent does but without lasting names. */
final class OwnExitWatch implements ExitWatch {
  /** Of a BPF file system; an open table can't be opened twice without one. */
  private static final Path VCPUS = Path.of("/sys/fs/bpf/vcpus");

  private static final long PAUSE_MILLIS = 10;

  private final Map<String, BpfMap> maps = new HashMap<>();
  private final List<BpfLink> links = new ArrayList<>();
  private BpfExitStream stream;
  private Thread reader;

  private OwnExitWatch() {}

  /** Programs that do nothing. */
  static OwnExitWatch empty(ExitPoints points) throws Exception {
    var watch = new OwnExitWatch();
    var nothing = new BpfProgram.Assembler().end().assemble();
    for (var format :
        new KvmTracepoints(points.tracing()).formats(CounterPrograms.NEEDED, List.of()).values()) {
      watch.links.add(BpfLink.attach(format.id(), nothing, Map.of()));
    }
    return watch;
  }

  /** The counter. */
  static OwnExitWatch counter(ExitPoints points) throws Exception {
    var watch = new OwnExitWatch();
    for (var shape : BpfExitCounter.SHAPES.entrySet()) {
      watch.maps.put(shape.getKey(), BpfMap.create(shape.getValue()));
    }
    watch.maps.get(CounterLayout.CLASSES).put(new byte[4], CounterLayout.classes());
    for (var program :
        CounterPrograms.of(
            new KvmTracepoints(points.tracing())
                .formats(CounterPrograms.NEEDED, CounterPrograms.WELCOME))) {
      watch.links.add(BpfLink.attach(program.tracepoint().id(), program.program(), watch.maps));
    }
    return watch;
  }

  /** The counter, and a trace, whose records are taken out as often as the agent does. */
  static OwnExitWatch tracer(ExitPoints points, long process) throws Exception {
    var watch = counter(points);
    Files.deleteIfExists(VCPUS);
    watch.maps.get(CounterLayout.VCPUS).pin(VCPUS);
    var formats = new KvmTracepoints(points.tracing()).formats(CounterPrograms.NEEDED, List.of());
    watch.stream =
        BpfExitStream.attach(
            TracerPrograms.of(
                formats.get("kvm_exit"), formats.get("kvm_entry"), Math.toIntExact(process), 0),
            BpfMap.pinned(VCPUS, BpfExitCounter.SHAPES.get(CounterLayout.VCPUS)).orElseThrow());
    watch.reader = Thread.ofPlatform().daemon().start(watch::read);
    return watch;
  }

  private void read() {
    try {
      while (true) {
        stream.drain(_ -> {});
        Thread.sleep(PAUSE_MILLIS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** How often its programs ran, where the kernel keeps count. */
  long runs() throws IOException {
    long runs = 0;
    for (var link : links) {
      runs += link.cost().runs();
    }
    return runs;
  }

  @Override
  public long programNanos() throws IOException {
    long nanos = stream == null ? 0 : stream.nanos();
    for (var link : links) {
      nanos += link.cost().nanos();
    }
    return nanos;
  }

  @Override
  public long besideNanos() {
    return reader == null
        ? 0
        : ManagementFactory.getThreadMXBean().getThreadCpuTime(reader.threadId());
  }

  @Override
  public void close() throws IOException {
    if (reader != null) {
      reader.interrupt();
      try {
        reader.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      stream.close();
      Files.deleteIfExists(VCPUS);
    }
    for (var link : links) {
      link.close();
    }
    for (var map : maps.values()) {
      map.close();
    }
  }
}
