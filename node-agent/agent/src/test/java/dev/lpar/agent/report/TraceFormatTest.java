package dev.lpar.agent.report;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.lpar.agent.vmexit.ExitKey;
import dev.lpar.agent.vmexit.ExitRecord;
import dev.lpar.agent.vmexit.Isa;
import java.util.List;
import org.junit.jupiter.api.Test;

class TraceFormatTest {
  private static final List<ExitRecord> TRACE =
      List.of(
          new ExitRecord(
              5_000_000, 4_321, 0, 0xffffffff81a2b3c4L, 2, 0, new ExitKey(Isa.SVM, 0x72, 0)),
          new ExitRecord(4_999_000, 12_000, 988_000, 0x401000, 3, 1, new ExitKey(Isa.SVM, 0x78, 0)),
          new ExitRecord(
              6_500_250, ExitRecord.UNKNOWN, 0, 0x7c00, 2, 0, new ExitKey(Isa.VMX, 48, 0x181)));

  private static String written(TraceFormat format, List<ExitRecord> trace) throws Exception {
    var text = new StringBuilder();
    var writer = format.to(text);
    for (var exit : trace) {
      writer.add(exit);
    }
    writer.end();
    return text.toString();
  }

  @Test
  void textIsForPeople() throws Exception {
    assertEquals(
        """
                 time/µs  vCPU  CPU   handled/µs      waited/µs  address             factor (group)
                   0.000     0    2        4.321              -  0xffffffff81a2b3c4  CPUID (Instruction emulation)
                  -1.000     1    3       12.000        988.000  0x401000            HLT (Halt)
                1500.250     0    2            -              -  0x7c00              EPT violation (MMU)
        """,
        written(TraceFormat.TEXT, TRACE));
  }

  @Test
  void csvHasAllThatIsKnown() throws Exception {
    assertEquals(
        """
        time_ns,vcpu,cpu,group,factor,isa,reason,qualifier,address,handled_ns,waited_ns
        0,0,2,Instruction emulation,CPUID,SVM,114,0,0xffffffff81a2b3c4,4321,0
        -1000,1,3,Halt,HLT,SVM,120,0,0x401000,12000,988000
        1500250,0,2,MMU,EPT violation,VMX,48,385,0x7c00,,0
        """
            .replace("\n", "\r\n"),
        written(TraceFormat.CSV, TRACE));
  }

  @Test
  void perfettoHasAnEventForEachExitAndANameForEachVcpu() throws Exception {
    var json = new ObjectMapper().readTree(written(TraceFormat.PERFETTO, TRACE));
    var events = json.get("traceEvents");
    assertEquals(5, events.size());
    assertEquals(
        "{\"name\":\"HLT\",\"cat\":\"Halt\",\"ph\":\"X\",\"ts\":-1.000,\"dur\":1000.000,\"pid\":1,\"tid\":1,"
            + "\"args\":{\"address\":\"0x401000\",\"cpu\":3,\"reason\":120,\"qualifier\":0,\"waited_us\":988.000}}",
        written(TraceFormat.PERFETTO, TRACE)
            .lines()
            .skip(2)
            .findFirst()
            .orElseThrow()
            .replaceAll(",$", ""));
    assertEquals("vCPU 1", events.get(4).get("args").get("name").asText());
  }

  @Test
  void aTraceWithoutRecordsIsWholeToo() throws Exception {
    assertEquals(1, written(TraceFormat.TEXT, List.of()).lines().count());
    assertEquals(1, written(TraceFormat.CSV, List.of()).lines().count());
    assertEquals(
        0,
        new ObjectMapper()
            .readTree(written(TraceFormat.PERFETTO, List.of()))
            .get("traceEvents")
            .size());
  }
}
