@echo off
if "%TYPELAB_NODE%"=="" (set "TYPELAB_NODE=node")
"%TYPELAB_NODE%" "%~dp0..\..\server\main.ts" %*
