// How: put pal-agent.yaml beside this file, then az deployment group create -g GROUP -f job.bicep -p environmentName=ENVIRONMENT image=IMAGE identityName=IDENTITY
// No secret: credentials say `auth: {kind: managed-identity, client_id: …}` with the client ID of that identity; the image is of ../container/Dockerfile.
@description('The Container Apps environment, in this resource group.')
param environmentName string

@description('The image, with its tag.')
param image string

@description('A user-assigned identity, in this resource group. Each link is its own: link it, and give it roles.')
param identityName string

@description('When to check, in UTC.')
param schedule string = '17 3 * * *'

param location string = resourceGroup().location

resource environment 'Microsoft.App/managedEnvironments@2024-03-01' existing = {
  name: environmentName
}

resource identity 'Microsoft.ManagedIdentity/userAssignedIdentities@2023-01-31' existing = {
  name: identityName
}

resource job 'Microsoft.App/jobs@2024-03-01' = {
  name: 'pal-agent'
  location: location
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: {
      '${identity.id}': {}
    }
  }
  properties: {
    environmentId: environment.id
    configuration: {
      triggerType: 'Schedule'
      replicaTimeout: 7200
      replicaRetryLimit: 0 // exit code 1 is an answer: asking again would not change it
      scheduleTriggerConfig: {
        cronExpression: schedule
        parallelism: 1
        replicaCompletionCount: 1
      }
      secrets: [
        {
          name: 'pal-agent-yaml'
          value: loadTextContent('pal-agent.yaml')
        }
      ]
    }
    template: {
      containers: [
        {
          name: 'pal-agent'
          image: image
          args: [
            'check'
            '-c'
            '/config/pal-agent.yaml'
            '--no-history'
            '--splay'
            '600'
            '-o'
            'table'
          ]
          resources: {
            cpu: json('0.5')
            memory: '1Gi'
          }
          volumeMounts: [
            {
              volumeName: 'config'
              mountPath: '/config'
            }
          ]
        }
      ]
      volumes: [
        {
          name: 'config'
          storageType: 'Secret'
          secrets: [
            {
              secretRef: 'pal-agent-yaml'
              path: 'pal-agent.yaml'
            }
          ]
        }
      ]
    }
  }
}

output jobName string = job.name
