# A broker with TLS, SASL and access lists on many listeners, one for each way to connect and to fail. Sourced, never run.
#
# PLAINTEXT is for the tools of the tests: whoever comes without a name (User:ANONYMOUS) may do anything. All others see
# what the access lists allow. A user's password is NAME-secret. $KLAXON_STACK_USERS: who may log in, by names.
# The OAUTHBEARER listeners are there when $KLAXON_STACK_OIDC names the token server (support/token_server.py).

is_secured() { [[ $1 == secured* ]]; }

# NAME PROTOCOL HOST: the certificate that a TLS listener shows is in listener_certificate.
secured_listeners() {
  cat <<L
sasl SASL_PLAINTEXT 127.0.0.1
saslssl SASL_SSL localhost
reauth SASL_PLAINTEXT 127.0.0.1
ssl SSL localhost
mtls SSL 127.0.0.1
expired SSL localhost
elsewhere SSL localhost
stranger SSL localhost
L
  [ -z "${KLAXON_STACK_OIDC:-}" ] || printf '%s\n' "oauth SASL_PLAINTEXT 127.0.0.1" "oauthssl SASL_SSL localhost"
}

# The certificates are those of support/certificates.py.
listener_certificate() { case $1 in expired | elsewhere | stranger) echo "$1" ;; *) echo broker ;; esac; }

secured_users() { printf '%s\n' ${KLAXON_STACK_USERS:-klaxon nobody}; }

scram_flags() {
  local user
  for user in $(secured_users); do
    printf '%s\n' --add-scram "SCRAM-SHA-256=[name=$user,password=$user-secret]" --add-scram "SCRAM-SHA-512=[name=$user,password=$user-secret]"
  done
}

# Makes certificates and finds ports: $run_dir/NAME/certificates, $run_dir/NAME/listeners (lines of NAME PORT) and jmx-port.
prepare_security() {
  local folder=$run_dir/$1 listener rest ports
  python3 "$stack_home/support/certificates.py" "$folder/certificates" || { complain "no certificates"; return 1; }
  read -ra ports < <(python3 "$stack_home/lib/free_ports.py" $(($(secured_listeners | wc -l) + 1))) || { complain "no free ports"; return 1; }
  echo "${ports[0]}" >"$folder/jmx-port"
  ports=("${ports[@]:1}")
  while read -r listener rest; do
    echo "$listener ${ports[0]}"
    ports=("${ports[@]:1}")
  done < <(secured_listeners) >"$folder/listeners"
}

# JMX tells how often clients have logged in again. The token server's address must be allowed by name.
secured_flags() {
  local port
  port=$(cat "$run_dir/$1/jmx-port")
  printf -- '-D%s\n' com.sun.management.jmxremote.host=127.0.0.1 java.rmi.server.hostname=127.0.0.1 \
    com.sun.management.jmxremote.authenticate=false com.sun.management.jmxremote.ssl=false \
    "com.sun.management.jmxremote.port=$port" "com.sun.management.jmxremote.rmi.port=$port"
  [ -z "${KLAXON_STACK_OIDC:-}" ] || echo "-Dorg.apache.kafka.sasl.oauthbearer.allowed.urls=$KLAXON_STACK_OIDC/jwks,$KLAXON_STACK_OIDC/token"
}

secured_port() { awk -v name="$2" '$1 == name {print $2}' "$run_dir/$1/listeners"; }

write_secured_listeners() {
  local name=$1 listener protocol host port open="PLAINTEXT://127.0.0.1:${broker_ports[1]}" listeners advertised map
  listeners=$open,CONTROLLER://127.0.0.1:${controller_ports[1]} advertised=$open map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
  while read -r listener protocol host; do
    port=$(secured_port "$name" "$listener")
    listeners+=,${listener^^}://127.0.0.1:$port
    advertised+=,${listener^^}://$host:$port
    map+=,${listener^^}:$protocol
  done < <(secured_listeners)
  printf '%s\n' "listeners=$listeners" "advertised.listeners=$advertised" "listener.security.protocol.map=$map"
  write_access_lists
  write_tls "$run_dir/$name/certificates"
  write_sasl
}

write_access_lists() {
  cat <<'P'
authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer
super.users=User:ANONYMOUS
ssl.principal.mapping.rules=RULE:^CN=([^,]+)$/$1/,DEFAULT
P
}

write_tls() {
  local folder=$1 listener protocol rest
  # A certificate may be swapped for one with other names while the broker runs.
  printf '%s\n' ssl.allow.dn.changes=true ssl.allow.san.changes=true
  while read -r listener protocol rest; do
    [[ $protocol == *SSL ]] || continue
    sed "s/^/listener.name.$listener.ssl./" <<P
keystore.type=PEM
keystore.location=$folder/$(listener_certificate "$listener").pem
truststore.type=PEM
truststore.location=$folder/ca.crt
client.auth=$(case $listener in mtls) echo required ;; ssl) echo requested ;; *) echo none ;; esac)
P
  done < <(secured_listeners)
}

write_sasl() {
  local listener login='org.apache.kafka.common.security.scram.ScramLoginModule required;' plain user
  plain='org.apache.kafka.common.security.plain.PlainLoginModule required'
  for user in $(secured_users); do plain+=" user_$user=\"$user-secret\""; done
  for listener in sasl saslssl reauth; do
    sed "s/^/listener.name.$listener./" <<P
sasl.enabled.mechanisms=PLAIN,$([ $listener = reauth ] || echo SCRAM-SHA-256,)SCRAM-SHA-512
plain.sasl.jaas.config=$plain;
scram-sha-256.sasl.jaas.config=$login
scram-sha-512.sasl.jaas.config=$login
P
  done
  # A client of this listener must log in again every 4 s (KIP-368).
  printf 'listener.name.reauth.%s.connections.max.reauth.ms=4000\n' plain scram-sha-512
  [ -n "${KLAXON_STACK_OIDC:-}" ] || return 0
  cat <<P
sasl.oauthbearer.jwks.endpoint.url=$KLAXON_STACK_OIDC/jwks
sasl.oauthbearer.expected.audience=kafka
sasl.oauthbearer.expected.issuer=klaxon-test
sasl.oauthbearer.clock.skew.seconds=0
P
  for listener in oauth oauthssl; do
    sed "s/^/listener.name.$listener./" <<'P'
sasl.enabled.mechanisms=OAUTHBEARER
oauthbearer.sasl.jaas.config=org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule required;
oauthbearer.sasl.server.callback.handler.class=org.apache.kafka.common.security.oauthbearer.OAuthBearerValidatorCallbackHandler
oauthbearer.connections.max.reauth.ms=4000
P
  done
}

# What publish_kafka puts at the end of NAME.json.
secured_addresses() {
  local listener protocol host rows=
  while read -r listener protocol host; do
    rows+=${rows:+, }$(printf '"%s": "%s:%s"' "$listener" "$host" "$(secured_port "$1" "$listener")")
  done < <(secured_listeners)
  printf ', "listeners": {%s}, "certificates": "%s", "jmx": %s' "$rows" "$run_dir/$1/certificates" "$(cat "$run_dir/$1/jmx-port")"
}
