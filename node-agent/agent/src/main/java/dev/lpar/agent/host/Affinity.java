package dev.lpar.agent.host;

import dev.lpar.linux.ThreadAffinity;
import dev.lpar.model.CpuSet;
import java.io.IOException;
import java.util.BitSet;

/** Which CPUs threads may run on. A thread that has ended is an error. */
interface Affinity {
  Affinity REAL =
      new Affinity() {
        @Override
        public CpuSet of(long thread) throws IOException {
          return CpuSet.of(ThreadAffinity.of(thread).stream().toArray());
        }

        @Override
        public void pin(long thread, int cpu) throws IOException {
          var one = new BitSet();
          one.set(cpu);
          ThreadAffinity.set(thread, one);
        }

        @Override
        public void clear(long thread) throws IOException {
          ThreadAffinity.clear(thread);
        }
      };

  CpuSet of(long thread) throws IOException;

  void pin(long thread, int cpu) throws IOException;

  /** Lets it run wherever its control group has CPUs. */
  void clear(long thread) throws IOException;
}
