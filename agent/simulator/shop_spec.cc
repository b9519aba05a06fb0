#include "agent/simulator/cluster_spec.h"
#include "agent/simulator/shop_records.h"

namespace klaxon::simulator {
namespace {

std::vector<TopicSpec> ShopTopics() {
  return {
      {.name = "orders", .partitions = 6, .replication = 3, .rate = 120, .record = OrderRecord},
      {.name = "order-items",
       .partitions = 6,
       .replication = 3,
       .rate = 300,
       .record = OrderItemRecord},
      {.name = "order-status", .partitions = 3, .replication = 3, .rate = 80},
      {.name = "payments", .partitions = 6, .replication = 3, .rate = 90, .record = PaymentRecord},
      {.name = "refunds", .partitions = 2, .replication = 3, .rate = 2},
      {.name = "invoices", .partitions = 3, .replication = 3, .rate = 60},
      {.name = "shipments", .partitions = 4, .replication = 3, .rate = 70},
      {.name = "delivery-tracking", .partitions = 6, .replication = 3, .rate = 220},
      {.name = "returns", .partitions = 2, .replication = 3, .rate = 3},
      {.name = "inventory", .partitions = 6, .replication = 3, .rate = 150},
      {.name = "inventory-reservations", .partitions = 3, .replication = 3, .rate = 110},
      {.name = "warehouse-moves", .partitions = 3, .replication = 2, .rate = 45},
      {.name = "supplier-orders", .partitions = 1, .replication = 3, .rate = 0.5},
      {.name = "supplier-invoices", .partitions = 1, .replication = 3, .rate = 0.2},
      {.name = "customers", .partitions = 3, .replication = 3, .rate = 8, .record = CustomerRecord},
      {.name = "customer-addresses", .partitions = 3, .replication = 3, .rate = 4},
      {.name = "customer-consents", .partitions = 1, .replication = 3, .rate = 1},
      {.name = "user-logins", .partitions = 3, .replication = 2, .rate = 40, .record = LoginRecord},
      {.name = "user-sessions", .partitions = 4, .replication = 2, .rate = 130},
      {.name = "carts", .partitions = 4, .replication = 3, .rate = 95},
      {.name = "cart-events", .partitions = 6, .replication = 2, .rate = 400},
      {.name = "wish-lists", .partitions = 1, .replication = 3, .rate = 3},
      {.name = "coupons", .partitions = 1, .replication = 3, .rate = 2},
      {.name = "loyalty-points", .partitions = 3, .replication = 3, .rate = 25},
      {.name = "product-catalog", .partitions = 3, .replication = 3, .rate = 1},
      {.name = "product-prices", .partitions = 3, .replication = 3, .rate = 5},
      {.name = "product-views", .partitions = 6, .replication = 2, .rate = 600},
      {.name = "product-reviews", .partitions = 2, .replication = 3, .rate = 2},
      {.name = "search-queries", .partitions = 6, .replication = 2, .rate = 350},
      {.name = "recommendations", .partitions = 4, .replication = 2, .rate = 180},
      {.name = "clickstream", .partitions = 12, .replication = 2, .rate = 1'500},
      {.name = "emails", .partitions = 3, .replication = 3, .rate = 30},
      {.name = "sms-notifications", .partitions = 1, .replication = 3, .rate = 6},
      {.name = "push-notifications", .partitions = 3, .replication = 3, .rate = 50},
      {.name = "fraud-checks", .partitions = 3, .replication = 3, .rate = 90},
      {.name = "fraud-alerts", .partitions = 1, .replication = 3, .rate = 0.3},
      {.name = "audit-log", .partitions = 3, .replication = 3, .rate = 75},
      {.name = "app-logs", .partitions = 6, .replication = 2, .rate = 900},
      {.name = "dead-letters", .partitions = 1, .replication = 3, .rate = 0.1},
      {.name = "legacy-exports", .partitions = 1, .replication = 1, .rate = 0.5},
  };
}

std::vector<GroupSpec> ShopGroups() {
  return {
      {.name = "order-processor", .topics = {"orders", "order-items"}, .members = 4},
      {.name = "billing", .topics = {"orders", "payments", "refunds"}, .members = 3},
      {.name = "payment-gateway",
       .kind = GroupKind::kConsumer,
       .topics = {"payments"},
       .members = 2},
      {.name = "shipping-planner", .topics = {"orders", "inventory-reservations"}, .members = 2},
      {.name = "delivery-app", .topics = {"delivery-tracking", "order-status"}, .members = 3},
      {.name = "inventory-updater",
       .topics = {"inventory", "warehouse-moves", "returns"},
       .members = 2},
      {.name = "warehouse-sync",
       .topics = {"inventory", "shipments"},
       .members = 2,
       .speed = 0.7,
       .initial_lag = 400},
      {.name = "email-sender", .topics = {"emails", "invoices"}, .members = 1},
      {.name = "fraud-detection", .topics = {"fraud-checks", "user-logins"}, .members = 3},
      {.name = "search-indexer", .topics = {"product-catalog", "product-prices"}, .members = 2},
      {.name = "recommendation-engine",
       .kind = GroupKind::kConsumer,
       .topics = {"product-views", "carts"},
       .members = 4},
      {.name = "clickstream-analytics",
       .topics = {"clickstream"},
       .members = 6,
       .initial_lag = 900},
      {.name = "customer-profile",
       .topics = {"customers", "customer-addresses", "customer-consents"},
       .members = 1},
      {.name = "connect-orders-to-lake",
       .topics = {"orders", "order-items"},
       .client_prefix = "connector-consumer-orders-to-lake-",
       .members = 3},
      {.name = "connect-customers-to-search",
       .topics = {"customers"},
       .client_prefix = "connector-consumer-customers-to-search-",
       .members = 2},
      {.name = "email-jobs", .kind = GroupKind::kShare, .topics = {"emails"}, .members = 5},
      {.name = "connect-shop", .kind = GroupKind::kConnect},
      {.name = "audit-archiver", .topics = {"audit-log"}, .members = 0, .initial_lag = 30'000},
      {.name = "loyalty-beta", .topics = {"loyalty-points"}, .members = 1, .never_committed = 1},
      {.name = "legacy-reports", .topics = {"legacy-exports"}, .members = 0, .beyond_end = true},
  };
}

}  // namespace

ClusterSpec ShopCluster() {
  ClusterSpec spec{.name = "shop", .brokers = 3};
  spec.topics = ShopTopics();
  for (TopicSpec& topic : spec.topics) {
    topic.min_in_sync = topic.replication == 3 ? 2 : 1;
  }
  spec.groups = ShopGroups();
  return spec;
}

}  // namespace klaxon::simulator
