#include "agent/simulator/connect_state.h"

namespace klaxon::simulator {
namespace {

Connector Make(std::string name, std::string type, int tasks,
               std::vector<std::pair<std::string, std::string>> config) {
  Connector connector{.name = std::move(name),
                      .type = std::move(type),
                      .config = std::move(config),
                      .worker_id = kShopWorkers[0]};
  connector.config.emplace_back("tasks.max", std::to_string(tasks));
  connector.config.emplace_back("name", connector.name);
  for (int id = 0; id < tasks; ++id) {
    connector.tasks.push_back(
        {.id = id, .worker_id = kShopWorkers.at(static_cast<size_t>(id) % kShopWorkers.size())});
  }
  return connector;
}

}  // namespace

ConnectState ShopConnect(std::string kafka_cluster_id) {
  ConnectState state{.kafka_cluster_id = std::move(kafka_cluster_id)};
  state.connectors = {
      Make("orders-from-postgres", "source", 2,
           {{"connector.class", "io.confluent.connect.jdbc.JdbcSourceConnector"},
            {"connection.url", "jdbc:postgresql://shop-db:5432/shop"},
            {"connection.user", "connect"},
            {"connection.password", "${file:/etc/connect/secrets:db}"},
            {"mode", "timestamp+incrementing"},
            {"table.whitelist", "orders,order_items"}}),
      Make("orders-to-lake", "sink", 3,
           {{"connector.class", "io.confluent.connect.s3.S3SinkConnector"},
            {"topics", "orders,order-items"},
            {"s3.bucket.name", "shop-lake"},
            {"flush.size", "10000"}}),
      Make("customers-to-search", "sink", 2,
           {{"connector.class", "io.confluent.connect.elasticsearch.ElasticsearchSinkConnector"},
            {"topics", "customers"},
            {"connection.url", "http://search:9200"}}),
  };
  return state;
}

std::string SearchIsDownTrace() {
  return "org.apache.kafka.connect.errors.ConnectException: Exiting WorkerSinkTask due to "
         "unrecoverable exception.\n"
         "\tat org.apache.kafka.connect.runtime.WorkerSinkTask.deliverMessages"
         "(WorkerSinkTask.java:636)\n"
         "\tat org.apache.kafka.connect.runtime.WorkerSinkTask.poll(WorkerSinkTask.java:345)\n"
         "\tat org.apache.kafka.connect.runtime.WorkerSinkTask.iteration(WorkerSinkTask.java:247)\n"
         "\tat org.apache.kafka.connect.runtime.WorkerSinkTask.execute(WorkerSinkTask.java:216)\n"
         "\tat org.apache.kafka.connect.runtime.WorkerTask.doRun(WorkerTask.java:226)\n"
         "\tat org.apache.kafka.connect.runtime.WorkerTask.run(WorkerTask.java:281)\n"
         "\tat java.base/java.util.concurrent.ThreadPoolExecutor.runWorker"
         "(ThreadPoolExecutor.java:1136)\n"
         "\tat java.base/java.lang.Thread.run(Thread.java:840)\n"
         "Caused by: org.apache.kafka.connect.errors.ConnectException: Bulk request failed after "
         "6 attempts\n"
         "\tat io.confluent.connect.elasticsearch.ElasticsearchClient.callWithRetries"
         "(ElasticsearchClient.java:415)\n"
         "\tat io.confluent.connect.elasticsearch.ElasticsearchSinkTask.put"
         "(ElasticsearchSinkTask.java:125)\n"
         "\tat org.apache.kafka.connect.runtime.WorkerSinkTask.deliverMessages"
         "(WorkerSinkTask.java:606)\n"
         "\t... 7 more\n"
         "Caused by: java.io.IOException: Unable to reach any node of http://search:9200\n"
         "\tat org.elasticsearch.client.RestClient.extractAndWrapCause(RestClient.java:932)\n"
         "\tat org.elasticsearch.client.RestClient.performRequest(RestClient.java:300)\n"
         "\t... 9 more\n"
         "Caused by: java.net.ConnectException: Connection refused: search/10.0.3.17:9200\n"
         "\tat java.base/sun.nio.ch.Net.pollConnect(Native Method)\n"
         "\tat java.base/sun.nio.ch.SocketChannelImpl.finishConnect(SocketChannelImpl.java:946)\n"
         "\tat org.apache.http.impl.nio.reactor.DefaultConnectingIOReactor.processEvents"
         "(DefaultConnectingIOReactor.java:174)\n"
         "\t... 1 more\n";
}

}  // namespace klaxon::simulator
