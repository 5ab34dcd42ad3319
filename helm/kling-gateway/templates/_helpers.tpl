{{- define "kling-gateway.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" -}}
{{- end -}}

{{- /* Short enough for the longest suffix that an object's name gets. */ -}}
{{- define "kling-gateway.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 45 | trimSuffix "-" -}}
{{- else -}}
{{- $name := include "kling-gateway.name" . -}}
{{- if contains $name .Release.Name -}}
{{- .Release.Name | trunc 45 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name $name | trunc 45 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- define "kling-gateway.instanceLabels" -}}
app.kubernetes.io/name: {{ include "kling-gateway.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "kling-gateway.selectorLabels" -}}
{{ include "kling-gateway.instanceLabels" . }}
app.kubernetes.io/component: gateway
{{- end -}}

{{- define "kling-gateway.commonLabels" -}}
{{ include "kling-gateway.instanceLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{- end -}}

{{- define "kling-gateway.labels" -}}
{{ include "kling-gateway.commonLabels" . }}
app.kubernetes.io/component: gateway
{{- end -}}

{{- /* The Prometheus operator names a job after the Service that it scrapes. */ -}}
{{- define "kling-gateway.scrapeJob" -}}
{{- printf "%s-management" (include "kling-gateway.fullname" .) -}}
{{- end -}}

{{- define "kling-gateway.serviceAccountName" -}}
{{- if .Values.serviceAccount.create -}}
{{- default (include "kling-gateway.fullname" .) .Values.serviceAccount.name -}}
{{- else -}}
{{- default "default" .Values.serviceAccount.name -}}
{{- end -}}
{{- end -}}

{{- define "kling-gateway.image" -}}
{{- if .Values.image.digest -}}
{{- printf "%s@%s" .Values.image.repository .Values.image.digest -}}
{{- else -}}
{{- printf "%s:%s" .Values.image.repository (default .Chart.AppVersion .Values.image.tag) -}}
{{- end -}}
{{- end -}}

{{- define "kling-gateway.databaseName" -}}
{{- printf "%s-db" (include "kling-gateway.fullname" .) -}}
{{- end -}}

{{- define "kling-gateway.databaseUrl" -}}
{{- if .Values.database.trial.enabled -}}
jdbc:postgresql://{{ include "kling-gateway.databaseName" . }}:5432/gateway
{{- else if .Values.database.cloudnativepg.enabled -}}
jdbc:postgresql://{{ include "kling-gateway.databaseName" . }}-rw:5432/gateway
{{- else -}}
{{- .Values.database.url -}}
{{- end -}}
{{- end -}}

{{- /* The Secret of the values that were given for a trial. */ -}}
{{- define "kling-gateway.trialSecretName" -}}
{{- printf "%s-trial" (include "kling-gateway.fullname" .) -}}
{{- end -}}

{{- /*
Made of the vendor key, so that each rendering gives the same one, and nobody can guess it. One that is there is kept:
the volume knows the first one only.
*/ -}}
{{- define "kling-gateway.trialPassword" -}}
{{- if .Values.database.trial.password -}}
{{- .Values.database.trial.password -}}
{{- else -}}
{{- $kept := dict -}}
{{- if .Values.rollout.readSecrets -}}
{{- $kept = lookup "v1" "Secret" .Release.Namespace (include "kling-gateway.databaseName" .) -}}
{{- end -}}
{{- if $kept -}}
{{- index $kept.data "password" | b64dec -}}
{{- else -}}
{{- derivePassword 1 "long" .Values.vendor.apiKey .Release.Namespace (include "kling-gateway.fullname" .) -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- /* The ports that the pods reach the external database on, as a list in JSON. */ -}}
{{- define "kling-gateway.databasePorts" -}}
{{- $ports := list -}}
{{- if .Values.database.port -}}
{{- $ports = append $ports (int .Values.database.port) -}}
{{- else -}}
{{- range compact (list (default "jdbc:postgresql://unknown/" .Values.database.url) .Values.database.migrationUrl) -}}
{{- range regexReplaceAll "^jdbc:postgresql://([^/?]*).*$" . "${1}" | splitList "," -}}
{{- $ports = append $ports (regexFind ":[0-9]+$" . | trimPrefix ":" | default "5432" | int) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- uniq $ports | toJson -}}
{{- end -}}

{{- define "kling-gateway.tracingPort" -}}
{{- $host := regexReplaceAll "^https?://([^/]*).*$" .Values.tracing.endpoint "${1}" -}}
{{- regexFind ":[0-9]+$" $host | trimPrefix ":" | default (hasPrefix "https:" .Values.tracing.endpoint | ternary "443" "80") -}}
{{- end -}}

{{- /* What every pod of the gateway's image is locked down by. */ -}}
{{- define "kling-gateway.podSecurity" -}}
runAsNonRoot: true
runAsUser: 10001
runAsGroup: 10001
fsGroup: 10001
seccompProfile:
  type: RuntimeDefault
{{- end -}}

{{- define "kling-gateway.containerSecurity" -}}
allowPrivilegeEscalation: false
privileged: false
readOnlyRootFilesystem: true
capabilities:
  drop:
    - ALL
{{- end -}}

{{- /* The volume of the properties that Secrets hold. */ -}}
{{- define "kling-gateway.secretsVolume" -}}
- name: secrets
  projected:
    defaultMode: 0440
    sources:
      {{- range (include "kling-gateway.secretProperties" . | fromYaml).items }}
      - secret:
          name: {{ .secret }}
          items:
            - key: {{ .key | quote }}
              path: {{ .property | quote }}
      {{- end }}
{{- end -}}

{{- /* What the file application.yaml holds: config, and single sign-on but for its secret. Empty if there is neither. */ -}}
{{- define "kling-gateway.config" -}}
{{- $config := deepCopy .Values.config -}}
{{- with .Values.signIn -}}
{{- if .issuer -}}
{{- $signIn := dict "issuer" .issuer "client-id" .clientId "roles-claim" .rolesClaim -}}
{{- with .roles -}}{{- $_ := set $signIn "roles" . -}}{{- end -}}
{{- with .teams -}}{{- $_ := set $signIn "teams" . -}}{{- end -}}
{{- with .consoleUrl -}}{{- $_ := set $signIn "console-url" . -}}{{- end -}}
{{- $config = mustMergeOverwrite $config (dict "gateway" (dict "sign-in" $signIn)) -}}
{{- end -}}
{{- end -}}
{{- if $config -}}{{- toYaml $config -}}{{- end -}}
{{- end -}}

{{- /* What becomes a property, as a list of secret, key and property, in YAML under "items". */ -}}
{{- define "kling-gateway.secretProperties" -}}
{{- $trial := include "kling-gateway.trialSecretName" . -}}
items:
{{- with .Values.vendor.existingSecret }}
{{- if .name }}
  - {secret: {{ .name | quote }}, key: {{ .key | quote }}, property: apiframe.api-key}
{{- if .previousKey }}
  - {secret: {{ .name | quote }}, key: {{ .previousKey | quote }}, property: apiframe.api-key-previous}
{{- end }}
{{- else if $.Values.vendor.apiKey }}
  - {secret: {{ $trial | quote }}, key: apiframe.api-key, property: apiframe.api-key}
{{- end }}
{{- end }}
{{- with .Values.operators.existingSecret }}
{{- if .name }}
  - {secret: {{ .name | quote }}, key: {{ .key | quote }}, property: gateway.admin.token}
{{- else if $.Values.operators.token }}
  - {secret: {{ $trial | quote }}, key: gateway.admin.token, property: gateway.admin.token}
{{- end }}
{{- end }}
{{- with .Values.signIn.existingSecret }}
{{- if .name }}
  - {secret: {{ .name | quote }}, key: {{ .key | quote }}, property: gateway.sign-in.client-secret}
{{- end }}
{{- end }}
{{- if or .Values.database.trial.enabled .Values.database.cloudnativepg.enabled }}
{{- $secret := include "kling-gateway.databaseName" . }}
{{- if .Values.database.cloudnativepg.enabled }}{{- $secret = printf "%s-app" $secret }}{{- end }}
  - {secret: {{ $secret | quote }}, key: username, property: spring.datasource.username}
  - {secret: {{ $secret | quote }}, key: password, property: spring.datasource.password}
{{- else }}
{{- with .Values.database.existingSecret }}
{{- if .name }}
  - {secret: {{ .name | quote }}, key: {{ .usernameKey | quote }}, property: spring.datasource.username}
  - {secret: {{ .name | quote }}, key: {{ .passwordKey | quote }}, property: spring.datasource.password}
{{- if .urlKey }}
  - {secret: {{ .name | quote }}, key: {{ .urlKey | quote }}, property: spring.datasource.url}
{{- end }}
{{- else if $.Values.database.password }}
  - {secret: {{ $trial | quote }}, key: spring.datasource.username, property: spring.datasource.username}
  - {secret: {{ $trial | quote }}, key: spring.datasource.password, property: spring.datasource.password}
{{- end }}
{{- end }}
{{- end }}
{{- if ne .Values.pictures.store "none" }}
{{- with .Values.pictures.existingSecret }}
  - {secret: {{ .name | quote }}, key: {{ .signingKey | quote }}, property: gateway.pictures.signing-secret}
{{- end }}
{{- end }}
{{- range .Values.secretProperties }}
  - {secret: {{ .secret | quote }}, key: {{ .key | quote }}, property: {{ .property | quote }}}
{{- end }}
{{- end -}}

{{- /* Changes with each Secret that the pods read, so that a changed one rolls them. Rendering without a cluster sees the chart's own only. */ -}}
{{- define "kling-gateway.secretsChecksum" -}}
{{- $seen := dict -}}
{{- if .Values.rollout.readSecrets -}}
{{- $names := list -}}
{{- range (include "kling-gateway.secretProperties" . | fromYaml).items -}}
{{- $names = append $names .secret -}}
{{- end -}}
{{- with .Values.tenants.existingSecret.name -}}
{{- $names = append $names . -}}
{{- end -}}
{{- range uniq $names -}}
{{- $found := lookup "v1" "Secret" $.Release.Namespace . -}}
{{- if $found -}}{{- $_ := set $seen . $found.data -}}{{- end -}}
{{- end -}}
{{- end -}}
{{- /* The chart's own are taken from the values: the cluster still holds what was before. */ -}}
{{- $_ := set $seen (include "kling-gateway.trialSecretName" .) (list .Values.vendor.apiKey .Values.operators.token .Values.database.username .Values.database.password) -}}
{{- $_ := set $seen (include "kling-gateway.databaseName" .) .Values.database.trial.password -}}
{{- list $seen .Values.tenants.declared .Values.tenants.revision | toJson | sha256sum -}}
{{- end -}}

{{- /* What the gateway reads beside its environment, of Secrets alone. */ -}}
{{- define "kling-gateway.secretImports" -}}
{{- $imports := list -}}
{{- if (include "kling-gateway.secretProperties" . | fromYaml).items -}}
{{- $imports = append $imports "configtree:/etc/kling-gateway/secrets/" -}}
{{- end -}}
{{- range .Values.configTrees -}}
{{- $imports = append $imports (printf "configtree:%s/" (trimSuffix "/" .)) -}}
{{- end -}}
{{- join "," $imports -}}
{{- end -}}

{{- define "kling-gateway.configImports" -}}
{{- $imports := compact (list (include "kling-gateway.secretImports" .)) -}}
{{- if include "kling-gateway.config" . -}}
{{- $imports = append $imports "file:/etc/kling-gateway/config/application.yaml" -}}
{{- end -}}
{{- if or .Values.tenants.declared .Values.tenants.existingSecret.name -}}
{{- $imports = append $imports "file:/etc/kling-gateway/tenants/tenants.yaml" -}}
{{- end -}}
{{- join "," $imports -}}
{{- end -}}

{{- /* One sentence for each thing that is missing or contradicts another. */ -}}
{{- define "kling-gateway.check" -}}
{{- $wrong := list -}}
{{- $v := .Values -}}
{{- if not (or $v.vendor.existingSecret.name $v.vendor.apiKey $v.configTrees) -}}
{{- $wrong = append $wrong "The vendor key is missing: set vendor.existingSecret.name, or vendor.apiKey for a trial." -}}
{{- end -}}
{{- $chosen := 0 -}}
{{- range list $v.database.trial.enabled $v.database.cloudnativepg.enabled (or $v.database.url $v.database.existingSecret.urlKey) -}}
{{- if . -}}{{- $chosen = add1 $chosen -}}{{- end -}}
{{- end -}}
{{- if gt (int $chosen) 1 -}}
{{- $wrong = append $wrong "One database is enough: set only one of database.url, database.cloudnativepg.enabled and database.trial.enabled." -}}
{{- else if and (eq (int $chosen) 0) (not $v.configTrees) -}}
{{- $wrong = append $wrong "The database is missing: set database.url and database.existingSecret.name, or database.cloudnativepg.enabled, or database.trial.enabled." -}}
{{- end -}}
{{- if and $v.database.url (not (or $v.database.existingSecret.name (and $v.database.username $v.database.password) $v.configTrees)) -}}
{{- $wrong = append $wrong "The database's credentials are missing: set database.existingSecret.name, or database.username and database.password for a trial." -}}
{{- end -}}
{{- if and $v.database.trial.enabled (not (or $v.database.trial.password $v.vendor.apiKey)) -}}
{{- $wrong = append $wrong "The trial database's password is missing: set database.trial.password." -}}
{{- end -}}
{{- if and $v.database.existingSecret.urlKey (not $v.database.existingSecret.name) -}}
{{- $wrong = append $wrong "database.existingSecret.urlKey needs database.existingSecret.name." -}}
{{- end -}}
{{- if and $v.signIn.issuer (not (and $v.signIn.clientId (or $v.signIn.existingSecret.name $v.configTrees))) -}}
{{- $wrong = append $wrong "Single sign-on is half set: signIn.issuer needs signIn.clientId and signIn.existingSecret.name." -}}
{{- end -}}
{{- if and $v.signIn.issuer (not (or $v.signIn.roles $v.signIn.teams $v.config)) -}}
{{- $wrong = append $wrong "Single sign-on would let nobody in: set signIn.roles or signIn.teams." -}}
{{- end -}}
{{- if and (not $v.signIn.issuer) (or $v.signIn.clientId $v.signIn.existingSecret.name) -}}
{{- $wrong = append $wrong "Single sign-on is half set: signIn.issuer is missing." -}}
{{- end -}}
{{- if and $v.tenants.declared $v.tenants.existingSecret.name -}}
{{- $wrong = append $wrong "Tenants are declared twice: set either tenants.declared or tenants.existingSecret.name." -}}
{{- end -}}
{{- if ne $v.pictures.store "none" -}}
{{- if not $v.pictures.s3.bucket -}}
{{- $wrong = append $wrong "pictures.s3.bucket is empty: pictures are kept there." -}}
{{- end -}}
{{- if not $v.pictures.existingSecret.name -}}
{{- $wrong = append $wrong "pictures.existingSecret.name is empty: it holds what signs the URLs of pictures." -}}
{{- end -}}
{{- if not (or $v.pictures.baseUrl $v.publicUrl) -}}
{{- $wrong = append $wrong "pictures.baseUrl is empty, and so is publicUrl: the URLs of pictures begin with it." -}}
{{- end -}}
{{- end -}}
{{- if and $v.autoscaling.enabled (lt (int $v.autoscaling.maxReplicas) (int $v.autoscaling.minReplicas)) -}}
{{- $wrong = append $wrong "autoscaling.maxReplicas must not be less than autoscaling.minReplicas." -}}
{{- end -}}
{{- if lt (int $v.shutdown.graceSeconds) (add 75 $v.shutdown.pauseSeconds $v.shutdown.drainSeconds) -}}
{{- $wrong = append $wrong "shutdown.graceSeconds must be at least 75 more than shutdown.pauseSeconds and shutdown.drainSeconds together: the gateway may need that long to end what it began." -}}
{{- end -}}
{{- if and $v.httpRoute.enabled (not $v.httpRoute.parentRefs) -}}
{{- $wrong = append $wrong "httpRoute.parentRefs is empty: an HTTPRoute hangs on a Gateway." -}}
{{- end -}}
{{- if and $v.ingress.enabled (not $v.ingress.hosts) -}}
{{- $wrong = append $wrong "ingress.hosts is empty: name the hosts that tenants call." -}}
{{- end -}}
{{- if $wrong -}}
{{- fail (printf "\n%s" (join "\n" $wrong)) -}}
{{- end -}}
{{- end -}}
