package dev.lpar.chart;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A value that is misspelt or out of range is refused before anything reaches the cluster. */
class ValuesSchemaTest {
  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          agents: {}                                             | additional properties 'agents' not allowed
          image: { repository: lpar.dev }                        | additional properties 'repository' not allowed
          image: { tag: 1.2 }                                    | at '/image/tag': got number, want string
          image: { registry: "" }                                | at '/image/registry': minLength
          image: { registry: null }                              | missing property 'registry'
          image: { pullPolicy: Sometimes }                       | at '/image/pullPolicy': value must be one of 'Always', 'IfNotPresent', 'Never'
          image: { pullSecrets: [login] }                        | at '/image/pullSecrets/0': got string, want object
          image: { pullSecrets: [{ named: login }] }             | missing property 'name'
          operator: { replicas: 0 }                              | at '/operator/replicas': minimum
          operator: { replicas: "2" }                            | at '/operator/replicas': got string, want integer
          operator: { replica: 2 }                               | additional properties 'replica' not allowed
          operator: { resources: { limit: { memory: 1Gi } } }    | additional properties 'limit' not allowed
          operator: { nodeSelector: { zone: 1 } }                | at '/operator/nodeSelector/zone': got number, want string
          operator: { tolerations: [{ keys: a }] }               | additional properties 'keys' not allowed
          operator: { tolerations: [{ operator: Exist }] }       | value must be one of 'Exists', 'Equal'
          operator: { affinity: { podAffinities: {} } }          | additional properties 'podAffinities' not allowed
          agent: { replicas: 1 }                                 | additional properties 'replicas' not allowed
          agent: { podAnnotations: { scrape: true } }            | at '/agent/podAnnotations/scrape': got boolean, want string
          agent: { tolerations: { operator: Exists } }           | at '/agent/tolerations': got object, want array
          agent: { nodeSelector: { blade: "yes" } }              | additional properties 'nodeSelector' not allowed
          monitoring: { serviceMonitor: {} }                     | additional properties 'serviceMonitor' not allowed
          monitoring: { prometheusRule: { enabled: "yes" } }     | at '/monitoring/prometheusRule/enabled': got string, want boolean
          monitoring: { prometheusRule: { labels: { a: 1 } } }   | at '/monitoring/prometheusRule/labels/a': got number, want string
          monitoring: { dashboard: { labelValue: 1 } }           | at '/monitoring/dashboard/labelValue': got number, want string
          agent: { tls: { secret: agents } }                     | additional properties 'secret' not allowed
          agent: { tls: { secretName: Agents } }                 | at '/agent/tls/secretName': 'Agents' does not match pattern
          """)
  void refused(String values, String message) {
    var refusal = assertThrows(RuntimeException.class, () -> Chart.render(values));
    assertTrue(refusal.getMessage().contains(message), refusal::getMessage);
  }
}
