# Checks a document against a JSON schema, as far as ours go:
#
#   jq -e -f validate.jq --slurpfile schemas <(cat docs/schema/*.json) \
#      --arg schema flow.json document.json
#
# Prints every fault as "PATH: what", and fails when there is one; prints
# "valid" otherwise.

def type_of: if type == "number" and . == floor then "integer" else type end;

def has_type($want):
	type as $type | type_of as $narrow |
	$want | if type == "array" then . else [.] end |
	any(.[]; . == $type or . == $narrow);

def faults($schema; $path):
	. as $it |
	if $schema | has("$ref") then
		($schemas[] | select(.["$id"] == $schema["$ref"])) as $other |
		faults($other; $path)
	elif $schema | has("anyOf") then
		[$schema.anyOf[] as $one | [$it | faults($one; $path)]] as $all |
		if any($all[]; length == 0) then empty else $all[0][] end
	else
		(if ($schema | has("const")) and $it != $schema.const
		then "\($path): is not \($schema.const)" else empty end),
		(if ($schema | has("enum")) and (any($schema.enum[]; . == $it) | not)
		then "\($path): \($it) is none of \($schema.enum)" else empty end),
		(if ($schema | has("type")) and ($it | has_type($schema.type) | not)
		then "\($path): \($it) is no \($schema.type)" else empty end),
		(if ($schema | has("pattern")) and ($it | type) == "string" and
			($it | test($schema.pattern) | not)
		then "\($path): \($it) does not match" else empty end),
		(if ($schema | has("minimum")) and ($it | type) == "number" and
			$it < $schema.minimum
		then "\($path): \($it) is too small" else empty end),
		(if ($schema | has("maximum")) and ($it | type) == "number" and
			$it > $schema.maximum
		then "\($path): \($it) is too large" else empty end),
		(if ($it | type) == "object" then
			(($schema.required // [])[] | select(. as $key | $it | has($key) | not) |
				"\($path): \(.) is missing"),
			($it | to_entries[] | .key as $key | .value as $value |
				if $schema.properties // {} | has($key)
				then $value | faults($schema.properties[$key]; "\($path).\($key)")
				elif $schema.additionalProperties == false
				then "\($path).\($key): is not known"
				elif ($schema.additionalProperties | type) == "object"
				then $value | faults($schema.additionalProperties; "\($path).\($key)")
				else empty end)
		elif ($it | type) == "array" and ($schema | has("items")) then
			($it | to_entries[] | .key as $key |
				.value | faults($schema.items; "\($path)[\($key)]"))
		else empty end)
	end;

($schemas[] | select(.["$id"] == $schema)) as $top |
[faults($top; "")] |
if length == 0 then "valid" else .[], false end
