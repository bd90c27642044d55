import { completionRequest } from './answer.ts'

/**
 * For each shell a script that asks the program what may stand at the cursor. The words are handed over as they stand, never evaluated.
 * A bash of version 3, as macOS has it, will do.
 */
export const completionScripts = {
  bash: `# bash completion for genesis-improve
_genesis_improve() {
  local words=() word previous="" last=0 value description prefix=""
  local current="\${COMP_WORDS[COMP_CWORD]}"
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD}"; do
    # bash takes --option=value apart at the sign.
    if [[ $last -gt 0 && ( $word == "=" && $previous == --* || $previous == --*= ) ]]; then
      words[last - 1]="$previous$word"
    else
      words[last]="$word"
      last=$((last + 1))
    fi
    previous="\${words[last - 1]}"
  done
  [[ $current == --*=* ]] && prefix="\${current%%=*}="
  COMPREPLY=()
  while IFS=$'\\t' read -r value description; do
    case "$value" in
      :files) ;;
      :directories) compopt -o dirnames +o default 2>/dev/null ;;
      :none) compopt +o default 2>/dev/null ;;
      *) COMPREPLY+=("$prefix$value") ;;
    esac
  done < <(genesis-improve ${completionRequest} "\${words[@]}" 2>/dev/null)
}
complete -o default -F _genesis_improve genesis-improve
`,
  zsh: `#compdef genesis-improve
_genesis_improve() {
  local -a lines candidates
  local line
  lines=("\${(@f)$(genesis-improve ${completionRequest} "\${(@Q)words[2,CURRENT]}" 2>/dev/null)}")
  [[ $PREFIX == --*=* ]] && compset -P '*='
  for line in "\${(@)lines[1,-2]}"; do
    candidates+=("\${\${line%%$'\\t'*}//:/\\\\:}:\${line#*$'\\t'}")
  done
  (( $#candidates )) && _describe -V 'genesis-improve' candidates && return
  case "$lines[-1]" in
    :files) _files ;;
    :directories) _files -/ ;;
  esac
}
if [[ $funcstack[1] == _genesis_improve ]]; then
  _genesis_improve "$@"
else
  compdef _genesis_improve genesis-improve
fi
`,
  fish: `# fish completion for genesis-improve
function __genesis_improve_complete
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    set -l prefix (string match -r -- '^--[^=]*=' "$current")
    set -l value (string replace -r -- '^--[^=]*=' '' "$current")
    for line in (genesis-improve ${completionRequest} $words[2..-1] "$current" 2>/dev/null)
        switch $line
            case ':files'
                printf "$prefix%s\\n" (__fish_complete_path "$value")
            case ':directories'
                printf "$prefix%s\\n" (__fish_complete_directories "$value" '')
            case ':none'
            case '*'
                echo "$prefix$line"
        end
    end
end
complete -c genesis-improve -f -k -a '(__genesis_improve_complete)'
`,
} as const
